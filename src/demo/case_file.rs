//! `case.toml` of the synthetic case.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use super::api::clock;
use super::bill::PlantedBill;
use super::documents::create;
use super::world::{FINISH, START, TAKEN_AFTER, TAKEN_BEFORE, World};
use crate::error::{Error, Result};
use crate::text::errors as say;

/// Writes it: dates, snapshots, the contract if there is one, and a cap that one account has reached.
pub fn write(world: &World, dir: &Path, bill: Option<&PlantedBill>, customer_cap: u64) -> Result<()> {
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

{contract}
[policy]
customer_cap = {customer_cap}
"#,
        relations = world.relations,
        seed = world.seed,
        contract = bill.map(PlantedBill::toml).unwrap_or_default(),
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
    create(&path)?.write_all(text.as_bytes()).map_err(Error::io(&path, say::CANNOT_WRITE))
}
