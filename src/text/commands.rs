//! What the commands say on the terminal.

use super::Text;

macro_rules! phrases {
    ($($name:ident $zh:literal $en:literal,)+) => {
        $(pub const $name: Text = Text { zh: $zh, en: $en };)+

        /// Every phrase by its name.
        pub const ALL: &[(&str, Text)] = &[$((stringify!($name), $name),)+];
    };
}

phrases! {
    // verify
    VERIFY_HOLDS "{folder}：核验通过。{files} 个文件与清单一致，{totals} 项勾稽全部相符。" "{folder}: holds. {files} files are as the manifest says, {totals} control totals balance.",
    VERIFY_FILES_HOLD "{folder}：核验通过。{files} 个文件与清单一致；这里没有审计报表，未重算勾稽。" "{folder}: holds. {files} files are as the manifest says; it is no audit, so there are no control totals.",
    VERIFY_FAILS "{folder}：核验不通过。" "{folder}: does NOT hold.",
    VERIFY_MISSING "  缺失  {name}" "  missing  {name}",
    VERIFY_CHANGED "  已改动  {name}" "  changed  {name}",
    VERIFY_EXTRA "  多余  {name}" "  extra    {name}",
    VERIFY_TOTAL "  不相符  {name}：{left} ≠ {right}" "  does not balance  {name}: {left} <> {right}",
    VERIFY_UNREADABLE "  无法重算勾稽：{error}" "  the control totals cannot be recomputed: {error}",
    VERIFY_NOT_EVALUATED "  未能计算的筛选条件：{name}" "  a filter that could not be evaluated: {name}",
    VERIFY_REMEDY "重新运行 qianhe audit 可得到完整的报表；有改动的文件不可采信。" "Run qianhe audit again for a whole set; a file that was changed is no evidence.",
}
