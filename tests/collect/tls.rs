//! A proxy that opens TLS, with an authority of its own, in front of the fake: it is trusted where `--ca-file` says so.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::runs::{Scene, program, run};
use super::service::{Faults, Service};

const ROLE: &str = "target-before";

/// Ends TLS on a port that it prints, and passes on to the port of its first argument.
const PROXY: &str = r"
import socket, ssl, sys, threading
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('leaf.pem', 'leaf.key')
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
def copy(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
def serve(plain):
    try:
        client = context.wrap_socket(plain, server_side=True)
        service = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
    except OSError:
        return
    threading.Thread(target=copy, args=(client, service), daemon=True).start()
    copy(service, client)
    client.close()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
";

/// The proxy; it ends with the value.
struct Proxy {
    process: Child,
    port: String,
}

impl Proxy {
    /// Makes an authority (`ca.pem`) and a certificate of it in a folder, and starts the proxy.
    fn start(folder: &Path, service: &Service) -> Self {
        let new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
        openssl(folder, &[&new[..], &["-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=company"]].concat());
        let leaf =
            ["-keyout", "leaf.key", "-out", "leaf.pem", "-subj", "/CN=proxy", "-CA", "ca.pem", "-CAkey", "ca.key"];
        let extensions = ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"];
        openssl(folder, &[&new[..], &leaf, &extensions].concat());
        let port = service.url().rsplit(':').next().unwrap().to_owned();
        let mut process = Command::new("python3")
            .args(["-c", PROXY, &port])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is installed");
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { process, port: port.trim().to_owned() }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether the programs are there that the proxy is made of.
fn can_make_certificates() -> bool {
    let version = |program: &str| Command::new(program).arg("version").output();
    let is_new = version("openssl").is_ok_and(|openssl| openssl.stdout.starts_with(b"OpenSSL 3"));
    is_new && version("python3").is_ok()
}

fn openssl(folder: &Path, args: &[&str]) {
    let output = Command::new("openssl").args(args).current_dir(folder).output().expect("openssl is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Collects the members through the proxy.
fn members(scene: &Scene, proxy: &Proxy, args: &[&str]) -> (i32, String, String) {
    let mut command = program(scene.case().parent().unwrap());
    let base = format!("https://127.0.0.1:{}", proxy.port);
    command.args(["members", "--case", "case", "--role", ROLE, "--base-url", &base, "--retries", "0", "--pause", "1"]);
    run(command.args(args))
}

#[test]
fn a_proxy_with_its_own_authority_is_trusted_where_the_user_says_so() {
    if !can_make_certificates() {
        eprintln!("not tested: needs OpenSSL 3 and python3");
        return;
    }
    let scene = Scene::new(1, 200);
    let service = Service::start(scene.corp(ROLE), Faults::default());
    let folder = scene.case().parent().unwrap().to_path_buf();
    let proxy = Proxy::start(&folder, &service);
    let (code, _, err) = members(&scene, &proxy, &[]);
    assert!(code == 2 && err.contains("--ca-file"), "an unknown authority is not trusted: {code} {err}");
    let (code, out, err) = members(&scene, &proxy, &["--ca-file", "ca.pem"]);
    assert_eq!(code, 0, "{out}{err}");
    scene.assert_no_secret();
}

#[test]
fn a_file_that_holds_no_authority_is_refused() {
    let scene = Scene::new(1, 200);
    let folder = scene.case().parent().unwrap().to_path_buf();
    fs::write(folder.join("empty.pem"), "").unwrap();
    fs::write(folder.join("text.pem"), "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n").unwrap();
    fs::write(folder.join("key.pem"), "-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----\n").unwrap();
    for (file, expected) in [
        ("empty.pem", "no certificates"),
        ("text.pem", "no certificates"),
        ("key.pem", "no certificates"),
        ("none.pem", "cannot read"),
    ] {
        let mut command = program(&folder);
        command.args(["members", "--case", "case", "--role", ROLE, "--ca-file", file]);
        let (code, _, err) = run(&mut command);
        assert!(code == 2 && err.contains(expected) && err.contains(file), "{file}: {code} {err}");
    }
}
