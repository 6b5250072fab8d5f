//! The help texts in Chinese, by command and argument. The English ones are the doc comments of `cli`.
//!
//! A test fails for each command and argument without a Chinese text.

/// Help of a command.
pub struct CommandHelp {
    /// Name of the command; empty for arguments of several commands.
    pub name: &'static str,
    /// The summary line.
    pub about: &'static str,
    /// Details; may be empty.
    pub more: &'static str,
    /// Arguments by id.
    pub args: &'static [(&'static str, &'static str)],
}

macro_rules! help {
    ($list:ident: $($name:literal $about:literal $more:literal { $($id:literal $help:literal,)* })+) => {
        /// Every command, and the program itself.
        pub const $list: &[CommandHelp] =
            &[$(CommandHelp { name: $name, about: $about, more: $more, args: &[$(($id, $help),)*] },)+];
    };
}

/// Headings of a help text.
pub const USAGE: &str = "用法";
pub const SUBCOMMANDS: &str = "命令";
pub const ARGUMENTS: &str = "参数";
pub const OPTIONS: &str = "选项";
pub const EXAMPLE: &str = "示例";

/// Placeholders of a command and of options in a line of usage.
pub const COMMAND: &str = "命令";
pub const ANY_OPTIONS: &str = "[选项]";

/// Labels of the default and of the possible values of an argument.
pub const DEFAULT: &str = "默认";
pub const POSSIBLE: &str = "可选";

/// End of every help text.
pub const EXIT_CODES: &str = "退出码:
  0    运行成功，没有达到 policy.fail_on 的发现
  1    运行成功，有达到 policy.fail_on 的发现
  2    无法运行：用法、案例、输入文件或磁盘有误
  3    qianhe 程序缺陷
  130  被中断";

/// Examples of qianhe itself, with their purpose.
pub const EXAMPLES: &str = "示例:
  qianhe init acme            新建案例，然后填写 case.toml
  qianhe precheck acme        迁移前预估数量、费用与风险；报表在 acme/precheck
  qianhe audit acme           迁移后审计；报表在 acme/reports
  qianhe explain zhangsan --reports acme/reports
                              查看账号、客户、客户关系、群或活码的结论及依据
  qianhe compare acme/reports-may acme/reports-june
                              比较两次审计：已解决、新增、加重
  qianhe query --reports acme/reports
                              用 SQL 查询报表
  qianhe verify acme/reports  核验报表未被改动、数字正确
  qianhe demo /tmp/demo && qianhe audit /tmp/demo";

/// End of the help of qianhe itself.
pub const ENVIRONMENT: &str = "环境变量:
  NO_COLOR  不使用颜色";

/// The program whose help texts end with [`COLLECTOR_END`].
pub const COLLECTOR: &str = "qianhe-collect";

/// End of the help texts of `qianhe-collect`.
pub const COLLECTOR_END: &str = "退出码:
  0    全部取得
  1    已收集，但部分请求返回错误：见摘要
  2    未收集，或未收集完：运行同一命令即可继续
  3    qianhe 程序缺陷
  130  被中断；运行同一命令即可继续

环境变量:
  QIANHE_CORP_ID, QIANHE_SECRET  应用的凭证（未用 --credentials 时）
  HTTPS_PROXY                    代理
  NO_COLOR                       不使用颜色";

help! { COLLECTOR_COMMANDS:
    "qianhe-collect" "从企业微信接口收集一个企业的导出，供 qianhe audit 使用：完整、可证明、可续"
    "每个返回都与其请求一起写入角色的文件夹。任何时候中断，都能从断点继续；已取得的内容不会再次请求。" {
        "quiet" "只显示错误",
        "case" "案例文件夹，或其中的 case.toml",
        "role" "要收集的导出",
        "credentials" "凭证文件，内有 corp_id = \"...\" 和 secret = \"...\"，只能由本人读取（权限 0600）",
        "base_url" "接口的地址，用于代理或私有部署",
        "ca_file" "可信的根证书（PEM），代替公共根证书：用于会解开 TLS 的公司代理",
        "concurrency" "同时进行的请求数",
        "rate" "每秒最多请求数；0 为不限。接口限频时自动降低",
        "retries" "接口繁忙或无法连接时，一个请求重试的次数",
        "pause" "重试前等待的毫秒数；每次加倍，最长一分钟",
        "timeout" "一个请求最长的秒数",
        "resume" "从上次的断点继续；这是默认",
        "restart" "把该角色已收集的内容放到一旁，重新收集",
        "users" "要查询的成员列表（source_userid、target_userid 或 userid），代替全部有权限的成员",
        "codes" "要查询的活码列表（config_id），由创建它们的应用或脚本保存",
    }

    "members" "收集有客户联系权限的成员，以及各部门的成员" "" {}
    "relations" "收集所有有客户联系权限的成员的客户关系，以及离职成员的客户" "" {}
    "groups" "收集客户群，以及按 ID 指定的活码（接口没有活码列表）" "" {}
    "all" "收集成员、客户关系和客户群" "" {}
    "status" "显示哪些已完整、哪些缺失、哪些失败及原因；不连接网络" "" {}
}

help! { COMMANDS:
    "" "" "" {
        "help" "显示帮助（-h 简要，--help 详细）",
        "version" "显示版本",
        "quiet" "只显示错误和 --json 的结果",
        "lang" "输出语言 [默认：随系统语言]",
        "case" "案例文件夹，或其中的 case.toml",
        "set" "覆盖 case.toml 中的一个值，可多次使用；VALUE 按 TOML 解析，不合语法时作为文本",
        "memory"
            "内存用量的上限 [默认：机器或容器内存的一半]。放不下的数据行暂存到输出文件夹旁的文件；\
             不能暂存的部分在运行前估算，超过上限则拒绝运行。只影响运行时间，不影响结果",
        "reports" "报表文件夹",
        "pseudonymise"
            "在所有输出中，把姓名、备注、unionid 和客户 ID 换成化名：以 KEYFILE 中的密钥（至少 16 字节）计算的 HMAC；\
             同一密钥下，多次审计的报表可以关联和比较",
        "no_verify" "读取前不与清单比对",
    }

    "qianhe" "审计已完成的企业微信数据迁移"
    "迁出企业的每条客户关系、每个客户群和活码都有一个附依据的结论，数量与合同逐项核对。\n\n\
     结果写到标准输出，进度和错误写到标准错误。" {}

    "audit" "审计已完成的迁移：结果、数量、费用、发现与判定"
    "读取案例指定的各份导出，写出报表（全部写出，或一个都不写），并显示摘要。\
     其中 report.html 是完整的审计报告，exceptions.xlsx 是需要逐条处理的清单。" {
        "out" "报表的输出文件夹 [默认：CASE/reports]",
        "sign" "用此密钥签署清单；密钥由 qianhe key 生成",
        "json" "显示 summary.json，而不是文字摘要",
    }

    "precheck" "迁移前预估：数量、费用、不参与的账号、将失效的活码"
    "只需要 source-before 和账号清单；如有 target-before，还会检查迁入账号的容量。migration.finished_at 可以暂缺。\
     precheck.html 是给项目负责人的预估，precheck.xlsx 是开始前要办的事。" {
        "out" "报表的输出文件夹 [默认：CASE/precheck]",
        "json" "显示 precheck.json，而不是文字摘要",
    }

    "ingest" "把案例的导出转换为标准 Parquet 表，以后运行不必重新解析"
    "写出 OUT/snapshots/ROLE/*.parquet，并列出读取、拒收与完整性。迁移前的导出在迁移结束前即可转换：\
     migration.finished_at 可以暂缺。" {
        "out" "snapshots 的输出文件夹 [默认：CASE]",
        "json" "以 JSON 显示数量，而不是文字",
    }

    "init" "新建案例：文件夹，以及附说明、待填写的 case.toml"
    "在终端上且未给任何选项时，会逐项询问审计所需的内容；否则写入选项给出的值，其余在 case.toml 中填写。\
     同时新建每次审计所需的文件夹；不会覆盖已有的 case.toml。" {
        "dir" "新案例的文件夹；不存在时新建",
        "id" "案例 id：字母、数字、-、_ 和 .",
        "source_name" "迁出企业名称",
        "target_name" "迁入企业名称",
        "start" "迁移正式开始时间，例如 2026-05-01 或 2026-05-01T00:00:00+08:00",
        "end" "迁移结束时间",
        "relations" "合同约定的客户关系数",
        "unit_price" "单价，例如 0.80",
    }

    "rules" "按优先次序列出范围、结果、来源与判定的全部规则，以及全部发现"
    "case.toml 的 [[waivers]] 使用这些发现的代码。" {
        "json" "显示 JSON 数组，而不是文字",
    }

    "demo" "生成示例案例：包含每一种结果，并附正确答案"
    "数量与种子相同时，生成的文件逐字节相同。" {
        "dir" "案例文件夹",
        "relations" "迁出企业的客户关系数",
        "seed" "随机数种子",
    }

    "explain" "说明一个账号、客户、客户关系、群或活码的结论及依据"
    "ID 可以是任一企业的 userid、external_userid 或 chat_id，也可以是 unionid 或 config_id；\
     查看单独一条关系时，写 USERID/CUSTOMER，后者是客户 ID，没有 ID 时是客户名称。\
     没有 ID 的客户群写群名。\
     同时列出如何改变判定，这条关系来自哪个文件的第几条记录，以及可能与其有关的未读取内容和不完整的导出。" {
        "id" "要查看的 ID",
        "json" "以 JSON 显示",
    }

    "compare" "比较同一案例的两次审计：已解决、新增、加重"
    "客户关系按成员和客户 ID 对应（没有 ID 的按名称和时间），群与活码按各自的 ID，发现按代码；已豁免的不计。\
     新增或加重的达到较晚一次审计的策略（policy.fail_on）或 --fail-on 时，退出码为 1。" {
        "earlier" "较早一次的报表文件夹",
        "later" "较晚一次的报表文件夹",
        "fail_on" "新增或加重达到哪一级时，退出码为 1 [默认：较晚一次审计的 policy.fail_on]",
        "force" "允许比较不同案例的审计",
        "out" "把全部变化写到 DIR/compare.parquet，按类别和键排序",
        "memory" "内存用量的大致上限；越小，读取报表的次数越多",
        "json" "以 JSON 显示比较结果",
    }

    "query" "用 SQL 查询报表：每个报表是一张表，表名即文件名（不带 .parquet）"
    "不带语句时进入交互模式；标准输入不是终端时，从中读取语句，各以 ; 结尾。只读取语句需要的列。\
     时间是 UTC 文本，可直接比较和排序。\n\n\
     CSV 中以 = + - @、制表符或回车开头的文本会加上前缀 '，以免电子表格当作公式执行（数字除外）；--raw 不加前缀。" {
        "sql" "SQL 语句",
        "format"
            "结果的格式；表格最多显示 1000 行，Parquet 只能写到文件 [默认：按 --out 的扩展名，否则为 table]",
        "json" "显示 JSON 数组；等同于 --format json",
        "out" "把结果写到文件，只有所有者可读",
        "raw" "CSV 中的文本不加前缀，即使电子表格会当作公式",
    }

    "verify" "核验报表：文件、签名，以及可由各表重算的全部数字"
    "逐个文件比对 SHA-256 与 manifest.json，列出缺失、已改动和多余的文件。由 Parquet 报表和清单中的设置重算：\
     数量、发现、账单、判定、账号、客户、勾稽、summary.json，以及页面中可由此得出的内容；即使摘要也被改得一致，仍能发现。\n\n\
     仅凭各表无法证明的，用选项核验：输入文件（--inputs），各条关系的判定、页面摘录和工作簿（--again），\
     报表出自何人（--key）。未核验的内容会逐项列出。有不符的，退出码为 1。" {
        "dir" "报表文件夹",
        "key" "用此公钥核验清单的签名",
        "inputs" "把输入文件和 case.toml 与清单中的 SHA-256 比对",
        "again" "在 TMPDIR 下的私有文件夹中重新审计（显示其路径，结束后删除），并逐字节比较全部报表",
        "case" "供 --inputs 和 --again 使用的案例 [默认：DIR 所在的文件夹]",
        "json" "以 JSON 显示核验结果",
    }

    "key" "生成一对签名密钥"
    "FILE 是私钥，只有所有者可读，用于 audit --sign；FILE.pub 是公钥，用于 verify --key。\
     请通过可信的途径把公钥交给核验报表的人。两者都是 Ed25519 的 PEM 文件，OpenSSL 也可以读取。" {
        "file" "私钥文件；不能已存在",
    }

    "completions" "输出命令行补全脚本：按 Tab 补全命令与选项" "" {
        "shell" "shell 的种类",
    }

    "man" "输出 qianhe 或某个命令的手册页，供 man 阅读（英文）" "" {
        "command" "命令；不写则为 qianhe 本身",
    }

    "help" "显示本帮助，或某个命令的帮助" "" {}
}

impl CommandHelp {
    /// Returns the summary line with the details.
    pub fn in_full(&self) -> String {
        let more = if self.more.is_empty() { String::new() } else { format!("\n\n{}", self.more) };
        format!("{}。{more}", self.about)
    }
}

/// Returns the help of an argument: of that command, else of all commands that have it.
pub fn argument(command: &str, id: &str) -> Option<&'static str> {
    let of = |name: &str| all().find(|known| known.name == name)?.args.iter().find(|(known, _)| *known == id);
    let is_collector = COLLECTOR_COMMANDS.iter().any(|known| known.name == command);
    of(command).or_else(|| of(COLLECTOR).filter(|_| is_collector)).or_else(|| of("")).map(|(_, help)| *help)
}

/// Returns the help of a command.
pub fn command(name: &str) -> Option<&'static CommandHelp> {
    all().find(|known| !name.is_empty() && known.name == name)
}

fn all() -> impl Iterator<Item = &'static CommandHelp> {
    COMMANDS.iter().chain(COLLECTOR_COMMANDS)
}
