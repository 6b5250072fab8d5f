//! Signatures, and turned bits: no command answers from a report or an ingested table that is not as its manifest says.

use std::fs;
use std::path::Path;

use qianhe::published::Reports;
use qianhe::schema::tables::REPORTS;

use crate::support::{audit, run, sample};

/// A row of bits to turn in a file of that size: at its begin, its end, and all over it.
fn places(bytes: usize, count: usize) -> impl Iterator<Item = (usize, u8)> {
    (0..count).map(move |n| (n * (bytes - 1) / (count - 1), 1 << (n % 8)))
}

/// Calls `check` with the file as it is after each of some turned bits, and puts the file back.
fn with_turned_bits(path: &Path, count: usize, mut check: impl FnMut(usize)) {
    let intact = fs::read(path).unwrap();
    for (at, bit) in places(intact.len(), count) {
        let mut damaged = intact.clone();
        damaged[at] ^= bit;
        fs::write(path, damaged).unwrap();
        check(at);
    }
    fs::write(path, intact).unwrap();
}

#[test]
fn no_turned_bit_of_a_report_changes_an_answer() {
    let (_folder, folder) = sample();
    for table in REPORTS {
        let path = folder.join(format!("{}.parquet", table.name));
        let reads = |unchecked| Reports::open_checked(&folder, unchecked).unwrap().rows(table).is_ok();
        assert!(reads(false), "{}", table.name);
        with_turned_bits(&path, 100, |at| assert!(!reads(false), "{} read with a bit turned at {at}", table.name));
    }
    let sql = "select outcome, count(*) from relations group by outcome";
    let commands: [&[&str]; 3] =
        [&["query", "--reports", ".", sql], &["explain", "--reports", ".", "ann"], &["compare", ".", "."]];
    let mut answered_unchecked = 0;
    with_turned_bits(&folder.join("relations.parquet"), 4, |at| {
        for command in commands {
            let (code, stdout, stderr) = run(&folder, command);
            assert!(code == 2 && stdout.is_empty(), "{command:?}, {at}: {code} {stdout}");
            assert!(stderr.starts_with("error: ./relations.parquet"), "{command:?}, {at}: {stderr}");
        }
        let (code, _, _) = run(&folder, &["query", "--reports", ".", "--no-verify", sql]);
        answered_unchecked += i32::from(code == 0);
    });
    assert!(answered_unchecked > 0, "--no-verify reads as before");
    let (code, stdout, stderr) = run(&folder, commands[0]);
    assert!(code == 0 && stdout.contains("migrated"), "{stdout}{stderr}");
}

#[test]
fn no_turned_bit_of_an_ingested_table_changes_an_audit() {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("demo");
    qianhe::demo::write(&case, 300, 5, &qianhe::progress::Silent).unwrap();
    assert_eq!(run(&case, &["ingest", "."]).0, 0);
    let toml = fs::read_to_string(case.join("case.toml")).unwrap();
    let of_snapshots =
        |toml: String, role: &str| toml.replace(&format!("path = \"{role}\""), &format!("path = \"snapshots/{role}\""));
    let roles = ["source-before", "source-after", "target-before", "target-after"];
    fs::write(case.join("case.toml"), roles.into_iter().fold(toml, of_snapshots)).unwrap();
    let sound = audit(&case).unwrap().summary;
    assert!(sound.inputs.iter().any(|input| input.file.path == "snapshots/target-after/relations.parquet"));
    let refused = |what: &str| {
        let error = audit(&case).map(drop).expect_err(what);
        assert_eq!(error.exit_code(), 2, "{what}: {error}");
    };
    for name in ["source-before/relations", "target-after/relations", "source-before/coverage", "source-before/groups"]
    {
        let path = case.join("snapshots").join(format!("{name}.parquet"));
        with_turned_bits(&path, 24, |at| refused(&format!("{name}, bit turned at {at}")));
    }
    let members = case.join("snapshots/source-before/members.parquet");
    let bytes = fs::read(&members).unwrap();
    fs::remove_file(&members).unwrap();
    refused("a table is lacking");
    fs::write(&members, bytes).unwrap();
    // Who changes tables on purpose removes the manifest.
    fs::remove_file(case.join("snapshots/manifest.json")).unwrap();
    assert_eq!(audit(&case).unwrap().summary.to_json(), sound.to_json());
}

#[test]
fn a_signature_shows_who_wrote_the_reports() {
    let (folder, _) = sample();
    let folder = folder.path();
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
    let case = case.to_str().unwrap();
    for key in ["audit.key", "other.key"] {
        let (code, stdout, stderr) = run(folder, &["key", key]);
        assert!(code == 0 && stdout.contains(&format!("{key}.pub")), "{stdout}{stderr}");
    }
    assert_eq!(run(folder, &["key", "audit.key"]).0, 2, "keys are not overwritten");
    let (code, _, stderr) = run(folder, &["audit", case, "--out", "signed", "--sign", "audit.key", "--quiet"]);
    assert_eq!(code, 0, "the sample fails on nothing: {stderr}");
    let verified = |args: &[&str], code: i32, says: &str| {
        let (exit, stdout, stderr) = run(folder, &[&["verify", "signed"], args].concat());
        assert!(exit == code && stdout.contains(says), "{args:?}: {exit} {stdout}{stderr}");
    };
    verified(&[], 0, "not verified: the signature");
    verified(&["--key", "audit.key.pub"], 0, "signed by the key");
    verified(&["--key", "other.key.pub"], 1, "signature INVALID");
    verified(&["--key", "other.key.pub"], 1, "Check whether the public key is that of the signer");
    verified(&["--inputs", "--case", case], 0, "case.toml included, are those that were audited");
    verified(&["--again", "--case", case, "--key", "audit.key.pub"], 0, "the same, byte for byte");
    // Another audit of ours replaces it, and the signature with it.
    assert_eq!(run(folder, &["audit", case, "--out", "signed", "--quiet"]).0, 0);
    verified(&[], 0, "not verified: who wrote the reports");
    verified(&["--key", "audit.key.pub"], 1, "signature INVALID");
    let (code, _, stderr) = run(folder, &["verify", "signed", "--key", "audit.key"]);
    assert!(code == 2 && stderr.contains("is not such a key"), "{stderr}");
    let (code, _, stderr) = run(folder, &["audit", case, "--out", "again", "--sign", "audit.key.pub"]);
    assert!(code == 2 && !folder.join("again").exists(), "{stderr}");
}
