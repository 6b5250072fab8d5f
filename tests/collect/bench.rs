//! What collecting costs: wall, CPU, peak memory, by number of relations and workers. `tests/bench/collect` runs it.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::corp::Corp;
use super::service::{CORP_ID, Faults, SECRET, Service};

/// Time that a request takes at the service, beyond the work of the fake.
const LATENCY: Duration = Duration::from_millis(20);

/// CPU seconds and peak of resident memory in MiB of a process.
fn usage(pid: u32) -> Option<(f64, f64)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks: f64 = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let peak: f64 = peak.trim().split(' ').next()?.parse().ok()?;
    Some((ticks / 100.0, peak / 1024.0))
}

/// Needs `QIANHE_BENCH_RELATIONS`, by default 1 million.
#[test]
#[ignore = "a measurement: tests/bench/collect"]
fn the_cost_of_collecting() {
    let relations: usize =
        std::env::var("QIANHE_BENCH_RELATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    eprintln!("| relations | workers | wall s | CPU s | peak MiB | on disk MiB |\n|---:|---:|---:|---:|---:|---:|");
    for (relations, workers) in [(relations / 10, 4), (relations, 1), (relations, 4), (relations, 16)] {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("case")).unwrap();
        fs::write(folder.path().join("case/case.toml"), "").unwrap();
        // Members of 2,500 relations: a corp of a million has 400.
        let corp = Corp::generated((relations / 2_500).max(1), 2_500);
        let service = Service::start(corp, Faults { latency: LATENCY, ..Faults::default() });
        let began = Instant::now();
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_qianhe-collect"))
            .current_dir(folder.path())
            .args([
                "relations",
                "--case",
                "case",
                "--role",
                "source-before",
                "--base-url",
                &service.url(),
                "--rate",
                "0",
            ])
            .args(["--quiet", "--concurrency", &workers.to_string()])
            .env("QIANHE_CORP_ID", CORP_ID)
            .env("QIANHE_SECRET", SECRET)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut last = (0.0, 0.0);
        let status = loop {
            last = usage(child.id()).filter(|usage| usage.1 > 0.0).unwrap_or(last);
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let wall = began.elapsed().as_secs_f64();
        assert!(status.success());
        let bytes: u64 = walkdir::WalkDir::new(folder.path())
            .into_iter()
            .map(|entry| entry.unwrap().metadata().unwrap().len())
            .sum();
        eprintln!("| {relations} | {workers} | {wall:.1} | {:.1} | {:.0} | {} |", last.0, last.1, bytes >> 20);
    }
}
