//! Errors of a command line. The English is here for the tests of the catalogue: clap prints its own.

use super::phrases;

phrases! {
    problem(problem) "错误：{problem}" "error: {problem}",
    invalid_value(value, argument) "“{value}”不能用作 {argument} 的值" "`{value}` is no value of {argument}",
    no_value(argument) "{argument} 缺少值" "{argument} lacks its value",
    unknown_argument(argument) "未知的参数“{argument}”" "unknown argument `{argument}`",
    unknown_command(command) "未知的命令“{command}”" "unknown command `{command}`",
    conflict(argument, other) "{argument} 不能与 {other} 一起使用" "{argument} cannot be used with {other}",
    twice(argument) "“{argument}”只能使用一次" "`{argument}` can be used once only",
    missing(arguments) "缺少必需的参数：{arguments}" "these arguments are missing: {arguments}",
    NO_COMMAND "没有命令" "there is no command",
    too_many_values(value, argument) "{argument} 的值过多：“{value}”" "too many values of {argument}: `{value}`",
    other_number_of_values(argument) "{argument} 的值的个数不对" "{argument} has another number of values",
    no_equals(argument) "{argument} 与其值之间要写 =" "{argument} needs = before its value",
    NO_UTF8 "参数不是有效的 UTF-8" "an argument is not UTF-8",
    possible_values(values) "  可用的值：{values}" "  possible values: {values}",
    did_you_mean(near) "  是否应为：{near}" "  did you mean {near}?",
    MORE "更多说明：加上 --help" "for more, add --help",
}
