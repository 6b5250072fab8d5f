//! The frame of error messages, and the operations that the system refused.

use crate::text::phrases;

phrases! {
    in AROUND;

    error(message) "错误：{message}" "error: {message}",
    usage(problem, remedy) "{problem}\n  建议：{remedy}" "{problem}\n  help: {remedy}",
    input(file, place, problem, remedy)
        "{file}：{place}：{problem}\n  建议：{remedy}"
        "{file}: {place}: {problem}\n  help: {remedy}",
    io(path, doing, source, remedy)
        "{path}：{doing}：{source}\n  建议：{remedy}"
        "{path}: {doing}: {source}\n  help: {remedy}",
    output(path, problem, remedy) "{path}：{problem}\n  建议：{remedy}" "{path}: {problem}\n  help: {remedy}",
    STORAGE_FULL_REMEDY
        "没有发布任何内容；请腾出磁盘空间，或用 --out DIR 指定另一块磁盘上的文件夹"
        "nothing was published; free some space, or choose a folder on another disk with --out DIR",
    FILE_TOO_LARGE_REMEDY
        "没有发布任何内容；请放宽文件大小的限制（ulimit -f），或换一个支持大文件的文件系统"
        "nothing was published; raise the limit of the size of files (ulimit -f), or use a file system that holds \
         larger ones",
    NO_MEMORY_REMEDY
        "没有发布任何内容；请放宽内存限制（ulimit -v），或在内存更大的机器上运行"
        "nothing was published; raise the limit of memory (ulimit -v), or use a machine with more of it",
    READ_ONLY_REMEDY
        "用 --out DIR 指定一个可写的文件夹"
        "choose a writable folder with --out DIR",
    NO_PERMISSION_REMEDY
        "以有权限的用户运行，或修改该文件及其上级文件夹的权限"
        "run as a user who may do that, or change the permissions of the file and of the folders that it is in",
    NOT_FOUND_REMEDY
        "请检查路径；运行期间不要移动或删除文件"
        "check the path; files must not be moved or deleted during a run",
    FAILING_DISK_REMEDY
        "请检查磁盘或网络盘是否正常，然后重新运行"
        "check that the disk, or the network drive, works, then run again",
    TOO_FEW_HANDLES_REMEDY
        "没有发布任何内容；请放宽同时打开的文件数的限制（ulimit -n），一般 256 个即可"
        "nothing was published; raise the limit of open files (ulimit -n); 256 are mostly enough",
    OUT_OF_MEMORY
        "错误：内存不足，没有发布任何内容\n  建议：请放宽内存限制（ulimit -v、容器），调低 --memory，或在内存更大的机器上运行\n"
        "error: out of memory; nothing was published\n  help: raise the limit of memory (ulimit -v, that of the \
         container), lower --memory, or use a machine with more of it\n",
    too_few_threads(granted, needed)
        "系统只允许 {granted} 个线程，至少需要 {needed} 个"
        "the system grants {granted} threads; at least {needed} are needed",
    too_few_handles(granted, needed)
        "系统只允许再打开 {granted} 个文件，至少需要 {needed} 个"
        "the system grants {granted} more open files; at least {needed} are needed",
    NO_MORE_THREADS "系统不允许再启动线程" "the system grants no more threads",
    TOO_FEW_THREADS_REMEDY
        "请放宽进程数或内存的限制（ulimit -u、ulimit -v，或容器的限制）"
        "raise the limit of processes or of memory (ulimit -u, ulimit -v, or that of the container)",
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
