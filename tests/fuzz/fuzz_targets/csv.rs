//! Rows of text below a header of the admin console, which names every kind of cell.
#![no_main]

const HEADER: &str = "客户名称,备注名,描述,添加人,添加人账号,添加时间,来源,电话,企业,标签组1(来源),标签,external_userid,unionid,state\n";

libfuzzer_sys::fuzz_target!(|rows: &[u8]| qianhe_fuzz::read(&[HEADER.as_bytes(), rows].concat()));
