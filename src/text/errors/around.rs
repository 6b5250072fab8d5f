//! The frame of error messages, and the operations that the system refused.

use crate::text::phrases;

phrases! {
    in AROUND;

    error(message) "错误：{message}" "error: {message}",
    usage(problem, remedy) "{problem}\n  建议：{remedy}" "{problem}\n  help: {remedy}",
    input(file, place, problem, remedy)
        "{file}：{place}：{problem}\n  建议：{remedy}"
        "{file}: {place}: {problem}\n  help: {remedy}",
    io(path, doing, source) "{path}：{doing}：{source}" "{path}: {doing}: {source}",
    output(path, problem, remedy) "{path}：{problem}\n  建议：{remedy}" "{path}: {problem}\n  help: {remedy}",
    INTERRUPTED "已中断，没有发布任何内容" "interrupted; nothing was published",
    bug(what)
        "这是 qianhe 自身的错误，没有发布任何内容：{what}\n  建议：请附上上面这一行反馈给我们"
        "this is a bug in qianhe, nothing was published: {what}\n  help: please report it with the line above",
    panicked(what, place)
        "错误：这是 qianhe 自身的错误，请反馈给我们：{what}（位于 {place}）"
        "error: this is a bug in qianhe, please report it: {what} (at {place})",
    PANICKED "异常终止" "panicked",
    UNKNOWN_PLACE "未知位置" "an unknown place",
    did_you_mean(near, remedy) "是否想写 `{near}`？{remedy}" "did you mean `{near}`? {remedy}",

    // The operation that failed.
    CANNOT_OPEN "无法打开" "cannot open",
    CANNOT_READ "无法读取" "cannot read",
    CANNOT_WRITE "无法写入" "cannot write",
    CANNOT_CREATE "无法创建" "cannot create",
    CANNOT_REPLACE "无法替换" "cannot replace",
    CANNOT_CREATE_SPILL "无法创建暂存文件" "cannot create a spill file",
    CANNOT_SPILL "无法写入暂存文件" "cannot write to a spill file",
    CANNOT_UNSPILL "无法读回暂存文件" "cannot read a spill file",
    CANNOT_SET_UP_ZSTD "无法启动 zstd 解压" "cannot set up the zstd decoder",
}
