//! The auditor is another program: it links no HTTP client.

use std::process::Command;

/// The crates that a build with these features links.
fn tree(features: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.args(["tree", "--locked", "--offline", "--edges", "normal", "--prefix", "none"]).args(features);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_auditor_links_no_http_client() {
    let clients = ["ureq", "reqwest", "hyper", "rustls", "curl", "native-tls", "openssl"];
    let links = |tree: &str, name: &str| tree.lines().any(|line| line.starts_with(&format!("{name} v")));
    let auditor = tree(&[]);
    assert!(links(&auditor, "polars"), "{auditor}");
    for client in clients {
        assert!(!links(&auditor, client), "{client} is linked");
    }
    assert!(links(&tree(&["--features", "collect"]), "ureq"));
}
