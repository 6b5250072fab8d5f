//! `init` on a terminal: `script` of util-linux gives it a pseudo terminal, and passes on what is typed, Ctrl-C too.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use tempfile::tempdir;

const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";
/// A busy machine is slow; a program that waits for nothing is not waited for longer than this.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a program on a terminal shows.
struct Screen {
    pieces: Receiver<Vec<u8>>,
    text: Vec<u8>,
}

impl Screen {
    /// Waits until a text stands there that was not waited for before, and returns all up to it.
    fn until(&mut self, wanted: &str, from: usize) -> usize {
        let begin = Instant::now();
        loop {
            let shown = self.text();
            if let Some(at) = shown.get(from..).and_then(|rest| rest.find(wanted)) {
                return from + at + wanted.len();
            }
            let left = PATIENCE.saturating_sub(begin.elapsed());
            let Ok(piece) = self.pieces.recv_timeout(left) else { panic!("no {wanted:?} in {shown:?}") };
            self.text.extend(piece);
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }
}

/// Runs `init acme` on a terminal: each text is typed once the one before it is shown. Returns the exit code, and what
/// was on the screen.
fn init(folder: &Path, lang: &str, dialogue: &[(&str, &str)]) -> (i32, String) {
    let command = format!("{} init acme --lang {lang}", env!("CARGO_BIN_EXE_qianhe"));
    let mut script = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`script` of util-linux is installed");
    let (sender, pieces) = channel();
    let mut output = script.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = output.read(&mut buffer) {
            let _ = sender.send(buffer[..read].to_vec());
        }
    });
    let mut screen = Screen { pieces, text: Vec::new() };
    let mut keyboard = script.stdin.take().unwrap();
    let mut from = 0;
    for (shown, typed) in dialogue {
        from = screen.until(shown, from);
        keyboard.write_all(typed.as_bytes()).unwrap();
        keyboard.flush().unwrap();
    }
    let code = script.wait().unwrap().code().unwrap();
    drop(keyboard);
    reader.join().unwrap();
    screen.text.extend(screen.pieces.try_iter().flatten());
    (code, screen.text())
}

/// The questions, each as its answer can be typed.
const QUESTIONS: [(&str, [&str; 7]); 2] = [
    (
        "en",
        [
            "id of the case [acme]: ",
            "that the customers leave (may be left open): ",
            "that the customers join (may be left open): ",
            "formal start of the migration, e.g. 2026-05-01: ",
            "its end (left open if it is not known yet): ",
            "relations contracted (left open for an audit without bill): ",
            "price of a relation, e.g. 0.80: ",
        ],
    ),
    (
        "zh",
        [
            "案例 id [acme]: ",
            "迁出企业名称（可留空）: ",
            "迁入企业名称（可留空）: ",
            "迁移正式开始时间，例如 2026-05-01: ",
            "迁移结束时间（未定可留空）: ",
            "合同约定的客户关系数（不核对费用可留空）: ",
            "单价，例如 0.80: ",
        ],
    ),
];

#[test]
fn the_answers_become_a_case() {
    let answers = ["\n", "甲公司\n", "\n", "2026-05-01\n", "2026-05-07 18:00\n", "250,000\n", "0.80\n"];
    for (lang, questions) in QUESTIONS {
        let folder = tempdir().unwrap();
        let dialogue: Vec<(&str, &str)> = questions.into_iter().zip(answers).collect();
        let (code, screen) = init(folder.path(), lang, &dialogue);
        assert_eq!(code, 0, "{screen}");
        let case = std::fs::read_to_string(folder.path().join("acme/case.toml")).unwrap();
        for line in [
            "id = \"acme\"",
            "name = \"甲公司\"",
            "started_at = 2026-05-01T00:00:00",
            "finished_at = 2026-05-07T18:00:00",
            "relations = 250000",
            "unit_price = \"0.80\"",
        ] {
            assert!(case.lines().any(|found| found.starts_with(line)), "{line}: {case}");
        }
    }
}

#[test]
fn an_answer_that_cannot_be_used_is_asked_for_again() {
    for ((lang, questions), reason) in QUESTIONS.into_iter().zip(["after the start", "结束时间不晚于开始时间"])
    {
        let folder = tempdir().unwrap();
        let [id, leave, join, start, end, relations, _] = questions;
        let dialogue = [
            (id, "\n"),
            (leave, "\n"),
            (join, "\n"),
            (start, "2026-05-07\n"),
            (end, "2026-05-01\n"),
            (reason, ""),
            (end, "2026-05-08\n"),
            (relations, "\n"),
        ];
        let (code, screen) = init(folder.path(), lang, &dialogue);
        assert_eq!(code, 0, "{screen}");
        assert!(!screen.contains(questions[6]), "no contract has no price: {screen}");
    }
}

/// At whichever question, Ctrl-C and the end of the input leave nothing behind, and the shell its own line.
#[test]
fn ctrl_c_and_the_end_of_the_input_make_no_case() {
    for (lang, [id, leave, ..]) in QUESTIONS {
        for key in [CTRL_C, CTRL_D] {
            for dialogue in [&[(id, key)][..], &[(id, "\n"), (leave, key)]] {
                let folder = tempdir().unwrap();
                let (code, screen) = init(folder.path(), lang, dialogue);
                assert_eq!(code, 130, "{key:?}: {screen}");
                assert!(screen.ends_with('\n'), "{key:?}: {screen:?}");
                assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{key:?}: {screen}");
            }
        }
    }
}
