//! What the user has to mend: credentials, permissions, addresses, disks, folders; each says what to do.

use std::fs;

use super::runs::{Scene, program, run};
use super::service::{Faults, SECRET, Service};

const ROLE: &str = "target-before";

/// Exit code and stderr of a run against a service that fails.
fn refused(faults: Faults) -> (i32, String, String) {
    let scene = Scene::new(1, 200);
    let corp = scene.corp(ROLE);
    let service = Service::start(corp.clone(), faults);
    let ended = run(&mut scene.collect(ROLE, &service, &corp, 2));
    scene.assert_no_secret();
    ended
}

#[test]
fn each_refusal_says_what_to_do() {
    for (refusal, expected) in
        [(40001, "the secret is wrong"), (40013, "the corp id is wrong"), (60020, "203.0.113.7"), (60020, "企业可信IP")]
    {
        let (code, _, err) = refused(Faults { refusal, ..Faults::default() });
        assert_eq!(code, 2, "{err}");
        assert!(err.contains(expected) && err.contains(&refusal.to_string()), "{err}");
        assert!(!err.contains(SECRET), "{err}");
    }
}

#[test]
fn a_permission_that_is_lacking_is_kept_and_told() {
    let (code, out, err) =
        refused(Faults { forbidden: Some("externalcontact/batch/get_by_user"), ..Faults::default() });
    assert_eq!(code, 1, "{out}{err}");
    assert!(out.contains("errcode 48002") && out.contains("可调用接口的应用"), "{out}");
    let (code, _, err) =
        refused(Faults { forbidden: Some("externalcontact/get_follow_user_list"), ..Faults::default() });
    assert_eq!(code, 2);
    assert!(err.contains("--users"), "{err}");
}

#[test]
fn a_service_that_does_not_answer_ends_the_run_which_can_go_on() {
    let scene = Scene::new(1, 200);
    let corp = scene.corp(ROLE);
    let service = Service::start(corp.clone(), Faults { reset: 10_000, ..Faults::default() });
    let (code, _, err) = run(&mut scene.collect_with(ROLE, &service, &corp, &["--retries", "1"]));
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("run the same command again"), "{err}");
    service.fail(Faults::default());
    let (code, out, err) = run(&mut scene.collect(ROLE, &service, &corp, 1));
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn credentials_come_from_the_environment_or_a_private_file() {
    let scene = Scene::new(1, 200);
    let folder = scene.case();
    let args = ["members", "--case", ".", "--role", ROLE, "--base-url", "http://127.0.0.1:1"];
    let (code, _, err) = run(program(&folder).env_remove("QIANHE_SECRET").args(args));
    assert_eq!(code, 2);
    assert!(err.contains("QIANHE_SECRET is not set") && err.contains("--credentials"), "{err}");
    let (code, _, err) = run(program(&folder).args(args).args(["--secret", SECRET]));
    assert_eq!(code, 2, "{err}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let app = folder.join("app");
        fs::write(&app, format!("corp_id = \"ww1\"\nsecret = \"{SECRET}\"\n")).unwrap();
        fs::set_permissions(&app, fs::Permissions::from_mode(0o644)).unwrap();
        let (code, _, err) = run(program(&folder).args(args).args(["--credentials", "app"]));
        assert_eq!(code, 2);
        assert!(err.contains("chmod 600 app"), "{err}");
        fs::set_permissions(&app, fs::Permissions::from_mode(0o600)).unwrap();
        let (code, _, err) = run(program(&folder).args(args).args(["--credentials", "app"]));
        assert_eq!(code, 2);
        assert!(err.contains("the credentials are of corp ww1"), "{err}");
    }
}

#[test]
fn dumps_of_another_corp_stop_the_run() {
    let scene = Scene::new(1, 200);
    let corp = scene.corp(ROLE);
    let foreign = scene.demo().join("source-before/batch");
    let place = scene.case().join(ROLE);
    fs::create_dir_all(&place).unwrap();
    for entry in fs::read_dir(foreign).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), place.join(entry.file_name())).unwrap();
    }
    let service = Service::start(corp.clone(), Faults::default());
    let (code, out, err) = run(&mut scene.collect(ROLE, &service, &corp, 2));
    assert_eq!(code, 2, "{out}");
    assert!(err.contains("corp code") && err.contains("mixed up"), "{err}");
    let names: Vec<_> = fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().starts_with("externalcontact-batch")), "{names:?}");
}

/// A limit on the size of files is a disk that is full.
#[test]
#[cfg(unix)]
fn a_full_disk_ends_the_run_which_can_go_on() {
    let scene = Scene::new(1, 400);
    let corp = scene.corp(ROLE);
    let service = Service::start(corp.clone(), Faults::default());
    let command = scene.collect(ROLE, &service, &corp, 1);
    let mut limited = std::process::Command::new("sh");
    limited.current_dir(scene.case().parent().unwrap()).env("LC_ALL", "C");
    limited.env("QIANHE_CORP_ID", super::service::CORP_ID).env("QIANHE_SECRET", SECRET);
    limited.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""]).arg(command.get_program());
    let (code, _, err) = run(limited.args(command.get_args()));
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("free some space and run the same command again"), "{err}");
    let (code, out, err) = run(&mut scene.collect(ROLE, &service, &corp, 1));
    assert_eq!(code, 0, "{out}{err}");
    assert!(service.answered().values().all(|times| *times <= 2));
}

#[test]
fn a_case_has_to_be_there_and_its_export_a_folder() {
    let scene = Scene::new(1, 200);
    let folder = scene.case();
    let (code, _, err) = run(program(&folder).args(["members", "--case", "nowhere", "--role", ROLE]));
    assert_eq!(code, 2);
    assert!(err.contains("qianhe init"), "{err}");
    fs::write(folder.join("case.toml"), "[snapshots.target-before]\npath = \"dumps/*.json\"\n").unwrap();
    let (code, _, err) = run(program(&folder).args(["members", "--case", ".", "--role", ROLE]));
    assert_eq!(code, 2);
    assert!(err.contains("snapshots.target-before.path"), "{err}");
}
