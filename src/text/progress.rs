//! What is said of work while it lasts.

use super::phrases;

phrases! {
    standing(what, how_far, how_fast, how_long) "{what}：{how_far}{how_fast}{how_long}" "{what}: {how_far}{how_fast}{how_long}",
    part(done, total, percent) "{done} / {total}（已完成 {percent}%）" "{done} of {total} ({percent} %)",
    rows(number) "{number} 行" "{number} rows",
    per_second(quantity) "，每秒 {quantity}" ", {quantity}/s",
    left(time) "，还需 {time}" ", {time} left",
    ONE_SECOND "1 秒" "1 second",
    seconds(number) "{number} 秒" "{number} seconds",
    minutes(number) "{number} 分钟" "{number} minutes",
    hours(number) "{number} 小时" "{number} hours",
    WRITING_DEMO "写入合成案例" "writing the synthetic case",
}
