import type { Command } from "commander";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

interface Words {
  readonly name: string;
  readonly description: string;
  readonly options: readonly { readonly long: string; readonly description: string }[];
}

/** A script that completes the commands of the program and their options. It is made of them, so it knows every one. */
export function completionScript(shell: Shell, program: Command): string {
  const common = optionsOf(program);
  const commands = program.commands.map((command): Words => ({ name: command.name(), description: firstPart(command.description()), options: [...optionsOf(command), ...common] }));
  return { bash, zsh, fish }[shell](program.name(), commands);
}

function optionsOf(command: Command): Words["options"] {
  return command.options.flatMap(({ long, description }) => (long ? [{ long, description: firstPart(description) }] : []));
}

/** What stands before a semicolon, without what a shell would take for its own. */
function firstPart(text: string): string {
  return (text.split(";")[0] ?? "").replace(/['"`$\\:[\]()]/gu, "").trim();
}

function bash(program: string, commands: readonly Words[]): string {
  const cases = commands.map(({ name, options }) => `    ${name}) words="${options.map(({ long }) => long).join(" ")}" ;;`);
  return `_${program}() {
  local words="${commands.map(({ name }) => name).join(" ")}" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
${cases.map((line) => `  ${line}`).join("\n")}
    esac
  done
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _${program} ${program}`;
}

function zsh(program: string, commands: readonly Words[]): string {
  const names = commands.map(({ name, description }) => `    '${name}:${description}'`);
  const cases = commands.map(({ name, options }) => `    ${name}) _arguments ${options.map(({ long, description }) => `'${long}[${description}]'`).join(" ")} '*:file:_files' ;;`);
  return `#compdef ${program}
_${program}() {
  local -a commands=(
${names.join("\n")}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  case "$words[2]" in
${cases.join("\n")}
  esac
}
compdef _${program} ${program}`;
}

function fish(program: string, commands: readonly Words[]): string {
  const unused = `not __fish_seen_subcommand_from ${commands.map(({ name }) => name).join(" ")}`;
  return commands
    .flatMap(({ name, description, options }) => [
      `complete -c ${program} -n '${unused}' -f -a ${name} -d '${description}'`,
      ...options.map(({ long, description: text }) => `complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -l ${long.slice(2)} -d '${text}'`),
    ])
    .join("\n");
}
