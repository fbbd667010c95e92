/** What a tool said when it refused its input. The caller adds which application it was. */
import type { RunResult } from './sandboxed-run.ts'

export class ToolFailure extends Error {
  override readonly name = 'ToolFailure'
  /** `helm`, `kustomize`, `plug-in NAME`. */
  readonly tool: string

  constructor(tool: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.tool = tool
  }
}

/** Throws ToolFailure with the tool's own message when it failed: without our folder's name, without advice about flags. */
export function outputOrFailure(tool: string, result: RunResult, folder: string): string {
  if (result.code === 0) return result.stdout.toString('utf8')
  throw new ToolFailure(tool, toolMessage(result.stderr, folder) || `exit code ${result.code}`)
}

/** kubectl writes its last error as a log line: `E1125 10:41:47.059525   12330 run.go:72] "command failed" err="..."`. */
function withoutLogFrame(line: string): string {
  const quoted = /^[EF]\d{4} [\d:.]+ +\d+ \S+\] "[^"]*" err="(.*)"$/.exec(line)?.[1]
  return quoted?.replaceAll('\\"', '"') ?? line
}

export function toolMessage(stderr: string, folder: string): string {
  const text = stderr.replaceAll(`${folder}/source/`, '').replaceAll(`${folder}/`, '').replaceAll(folder, '.')
  const lines = text
    .split('\n')
    .filter((line) => !/^(?:walk\.go|level=|WARNING:|Use --debug flag)|^I\d{4} /.test(line) && line.trim() !== '')
  return lines
    .map(withoutLogFrame)
    .join('\n')
    .replace(/^Error: /, '')
    .replace(/^error: /, '')
    .trim()
}
