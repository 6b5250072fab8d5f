//! Killed at any moment, and continued: the same case, but for times.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use super::corp::Corp;
use super::runs::{Scene, program, run};
use super::service::{CORP_ID, Faults, SECRET, Service, mixed};

const ROLE: &str = "source-before";

/// Whether a file is of a run that began after the first had ended: it requests again what was answered by an error.
fn is_of_later_run(name: &str) -> bool {
    !name.ends_with("-1.jsonl.zst")
}

/// The lines of every file of the first run of an export, without their times.
fn export(case: &Path) -> BTreeMap<String, Vec<String>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(case.join(ROLE)).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with('.') || is_of_later_run(&name) {
            continue;
        }
        let text = String::from_utf8(zstd::decode_all(&*fs::read(entry.path()).unwrap()).unwrap()).unwrap();
        assert!(text.ends_with('\n'), "{name} ends within a line");
        let lines: Vec<String> = text
            .lines()
            .map(|line| {
                let value: serde_json::Value =
                    serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}: {error}"));
                let time = value["fetched_at"].as_str().unwrap();
                line.replace(time, "TIME")
            })
            .collect();
        files.insert(name, lines);
    }
    files
}

#[test]
fn a_run_that_is_killed_at_any_moment_goes_on_to_the_same_export() {
    let whole = Scene::new(4, 400);
    let corp = whole.corp(ROLE);
    // Slow enough that a kill meets any request.
    let faults = Faults { slow: 3_000, token_life: 40, ..Faults::default() };
    let service = Service::start(corp.clone(), faults);
    let (_, out, err) = run(&mut whole.collect(ROLE, &service, &corp, 1));
    assert!(out.contains("groups (ended)"), "{out}{err}");
    let expected = export(&whole.case());
    assert!(expected.len() >= 8, "{:?}", expected.keys());

    for workers in [1, 4] {
        goes_on_to(&expected, &corp, faults, workers);
    }
}

/// Kills runs of so many workers until one has ended, and compares what they exported.
fn goes_on_to(expected: &BTreeMap<String, Vec<String>>, corp: &Corp, faults: Faults, workers: usize) {
    let killed = Scene::new(4, 400);
    let service = Service::start(corp.clone(), faults);
    let has_ended = || expected.keys().all(|name| killed.case().join(ROLE).join(name).exists());
    let mut kills = 0;
    for number in 0..50 {
        if has_ended() {
            break;
        }
        // The arguments of `collect`, in a process that can be killed.
        let command = killed.collect(ROLE, &service, corp, workers);
        let mut child = std::process::Command::new(command.get_program())
            .args(command.get_args())
            .current_dir(killed.case().parent().unwrap())
            .env("QIANHE_CORP_ID", CORP_ID)
            .env("QIANHE_SECRET", SECRET)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(20 + mixed(9, number) % 350));
        if child.try_wait().unwrap().is_none() {
            kills += 1;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for entry in fs::read_dir(killed.case().join(ROLE)).into_iter().flatten().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            assert!(name.starts_with('.') || is_of_later_run(&name) || expected.contains_key(&name), "{name}");
        }
    }
    if !has_ended() {
        let (_, out, err) = run(&mut killed.collect(ROLE, &service, corp, workers));
        assert!(out.contains("groups (ended)"), "{out}{err}");
    }
    assert!(kills > 10 / workers, "only {kills} runs of {workers} workers were killed");
    let exported = export(&killed.case());
    assert_eq!(exported.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, lines) in expected {
        assert!(exported[name] == *lines, "{name} differs after {kills} kills of {workers} workers");
    }
    killed.assert_no_secret();
}

#[test]
fn two_processes_do_not_write_to_one_folder() {
    let scene = Scene::new(1, 200);
    let hidden = scene.case().join(ROLE).join(".collect");
    fs::create_dir_all(&hidden).unwrap();
    let lock = fs::File::create(hidden.join("lock")).unwrap();
    lock.lock().unwrap();
    let folder = scene.case();
    let args = ["members", "--case", ".", "--role", ROLE, "--base-url", "http://127.0.0.1:1"];
    let (code, _, err) = run(program(&folder).args(args));
    assert_eq!(code, 2);
    assert!(err.contains("another qianhe-collect"), "{err}");
}
