//! `case.toml` of the synthetic case.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use super::api::clock;
use super::documents::create;
use super::world::{FINISH, START, TAKEN_AFTER, TAKEN_BEFORE, World};
use crate::error::{Error, Result};

/// Writes it: dates, snapshots, a contract for nearly what is in scope, and a cap that one account has reached.
pub fn write(world: &World, dir: &Path, in_scope: u64, customer_cap: u64) -> Result<()> {
    // Within the tolerance of clause B11 in two worlds of three, above it in the third.
    let less = if world.dice.of("contract", 0).chance(6_667) { in_scope / 40 } else { in_scope / 10 };
    let contracted = (in_scope - less).max(1);
    let cents = contracted * 80;
    let amount = format!("{}.{:02}", cents / 100, cents % 100);
    let path = dir.join("case.toml");
    let mut text = format!(
        r#"# A synthetic case: qianhe demo --relations {relations} --seed {seed}
[case]
id = "demo-{seed}"
title = "Demo {seed}: {relations} relations"
timezone = "Asia/Shanghai"

[source]
corp_id = "wwaaaaaaaaaaaaaaaa"
name = "河谷商贸"
[target]
corp_id = "wwbbbbbbbbbbbbbbbb"
name = "北河集团"

[migration]
started_at = {start}
finished_at = {finish}

[contract]
signed_on = 2026-03-01
party = "深圳市腾讯计算机系统有限公司"
relations = {contracted}
unit_price = "0.80"
currency = "CNY"
[[contract.payments]]
id = "P1"
paid_on = 2026-03-10
amount = "{amount}"
covers = "contract"
[[contract.invoices]]
id = "I1"
issued_on = 2026-03-12
amount = "{amount}"
payment = "P1"

[policy]
customer_cap = {customer_cap}
"#,
        relations = world.relations,
        seed = world.seed,
        start = clock(START),
        finish = clock(FINISH),
    );
    let roles = [
        ("source-before", TAKEN_BEFORE, true),
        ("source-after", TAKEN_AFTER, true),
        ("target-before", TAKEN_BEFORE, world.target_before),
        ("target-after", TAKEN_AFTER, true),
    ];
    // Writing to a String cannot fail.
    for (role, taken_at, _) in roles.iter().filter(|(_, _, exists)| *exists) {
        let _ = writeln!(text, "\n[snapshots.{role}]\npath = \"{role}\"\ntaken_at = {}", clock(*taken_at));
    }
    create(&path)?.write_all(text.as_bytes()).map_err(Error::io(&path, "cannot write"))
}
