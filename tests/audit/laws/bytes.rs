//! Equal inputs give equal bytes, whatever the memory, partitions, threads, language and time zone of the machine.

use std::fs;

use qianhe::memory::Resources;
use qianhe::progress::Silent;

use crate::support::{differing, files, read_parquet};

/// More rows of one outcome than a page holds, so that pages end within the rows of a partition.
const RELATIONS: u64 = 24_000;

/// Rows reach the encoder in portions that depend on partitions, and are packed where memory is short; neither shows in
/// a page or a row group.
#[test]
fn partitions_and_memory_change_no_byte_of_reports_and_snapshots() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    qianhe::demo::write(&demo, RELATIONS, 7, &Silent).unwrap();
    let case = qianhe::case::load(&demo, &[]).unwrap();
    let written = |resources: Resources| {
        let out = folder.path().join("out");
        qianhe::run::audit(&case, &out, resources, &Silent).unwrap();
        qianhe::ingest_tables::ingest_tables(&case, &out, resources, &Silent).unwrap();
        let rows = read_parquet(&out.join("relations.parquet"));
        let migrated = rows.iter().filter(|row| row["outcome"] == "migrated").count();
        assert!(migrated > 16_384, "{migrated} rows of one outcome end no page");
        let files = files(&out);
        fs::remove_dir_all(&out).unwrap();
        files
    };
    let as_it_is = written(Resources::default());
    for (partition_rows, held_bytes) in [(3_000, 1), (7_000, 2 << 20)] {
        let there = written(Resources { partition_rows, held_bytes });
        let differ = differing(&as_it_is, &there);
        assert!(differ.is_empty(), "partitions of {partition_rows} rows, {held_bytes} bytes held: {differ:?}");
    }
}

/// The program itself, in other surroundings: threads, language, time zone, memory, folder.
#[test]
fn the_machine_changes_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    qianhe::demo::write(&demo, 600, 3, &Silent).unwrap();
    let written = |number: usize, variables: &[(&str, &str)], memory: &str| {
        let out = folder.path().join(format!("out {number}"));
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_qianhe"));
        command.envs(variables.iter().copied()).current_dir(folder.path());
        command.args(["audit", "demo", "--memory", memory, "--quiet", "--out"]).arg(&out);
        assert_eq!(command.output().unwrap().status.code(), Some(1), "the demo has defects");
        files(&out)
    };
    let first = written(0, &[("LC_ALL", "C"), ("TZ", "UTC"), ("RAYON_NUM_THREADS", "1")], "1GiB");
    let others: [(&[(&str, &str)], &str); 3] = [
        (&[("LC_ALL", "zh_CN.UTF-8"), ("TZ", "Asia/Shanghai"), ("RAYON_NUM_THREADS", "2")], "512MiB"),
        (&[("LC_ALL", "en_US.UTF-8"), ("TZ", "America/New_York"), ("RAYON_NUM_THREADS", "7")], "8GiB"),
        (&[("LC_ALL", "C"), ("TZ", ":/nowhere"), ("RAYON_NUM_THREADS", "3")], "1GiB"),
    ];
    for (number, (variables, memory)) in (1..).zip(others) {
        let differ = differing(&first, &written(number, variables, memory));
        assert!(differ.is_empty(), "{variables:?}, {memory}: {differ:?}");
    }
}
