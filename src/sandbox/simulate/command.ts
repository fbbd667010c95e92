/** What a container's command would do, for the few commands that can be read without running them. Pure. */

export interface CommandOutcome {
  readonly exitCode: number
  /** What it echoes before it ends. */
  readonly output: readonly string[]
  readonly sleepMs: number
}

/** undefined: the command is not one of the readable ones, so what it does is up to the caller. */
export function readCommand(command: readonly string[] = [], args: readonly string[] = []): CommandOutcome | undefined {
  const words = [...command, ...args]
  const [program = '', ...rest] = words
  const name = program.slice(program.lastIndexOf('/') + 1)
  if (name === 'true' || name === 'false') return { exitCode: name === 'true' ? 0 : 1, output: [], sleepMs: 0 }
  if (name === 'echo') return { exitCode: 0, output: [rest.join(' ')], sleepMs: 0 }
  if (!['sh', 'bash', 'ash'].includes(name)) return undefined
  const flag = rest.findIndex((word) => /^-[a-z]*c$/.test(word))
  const script = flag < 0 ? undefined : rest[flag + 1]
  return script === undefined ? undefined : readScript(script)
}

/** Scripts made of echo, sleep, true, false, `set` and exit only: anything else could depend on what we cannot see. */
function readScript(script: string): CommandOutcome | undefined {
  const output: string[] = []
  let sleepMs = 0
  let exitCode = 0
  let stopsOnError = false
  for (const statement of script.split(/\n|;|&&/)) {
    const line = statement.trim()
    if (line === '' || line.startsWith('#')) continue
    const echo = /^(?:echo|printf)\s+(.*)$/.exec(line)
    const sleep = /^sleep\s+([\d.]+)$/.exec(line)
    const exit = /^exit\s*(\d*)$/.exec(line)
    if (/[|`<>]|\$\(/.test(line)) return undefined
    if (exit !== null) return { exitCode: exit[1] === '' ? exitCode : Number(exit[1]), output, sleepMs }
    if (echo !== null) {
      output.push((echo[1] ?? '').replace(/^(["'])(.*)\1$/, '$2'))
      exitCode = 0
    } else if (sleep !== null) {
      sleepMs += Number(sleep[1]) * 1000
      exitCode = 0
    } else if (line === 'true' || line === ':') exitCode = 0
    else if (line === 'false') exitCode = 1
    else if (line.startsWith('set ')) stopsOnError = /^set\s+-[a-z]*e/.test(line)
    else return undefined
    if (exitCode !== 0 && stopsOnError) break
  }
  return { exitCode, output, sleepMs }
}
