/** `halcyon completion SHELL` and the hidden command behind it that names the candidates. */
import { Argument, type Command } from 'commander'
import { candidates, takesApplication } from '../completion.ts'
import { completionScript } from '../completion-scripts.ts'
import type { CliContext } from '../context.ts'

export function addCompletionCommands(program: Command, context: CliContext): void {
  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
Examples:
  source <(halcyon completion bash)
  halcyon completion zsh > "\${fpath[1]}/_halcyon"
  halcyon completion fish > ~/.config/fish/completions/halcyon.fish`,
    )
    .action((shell: 'bash' | 'zsh' | 'fish') => context.print(completionScript(shell)))

  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action(async (words: string[]) => {
      const names = takesApplication(program, words) ? await applicationNames(context) : []
      context.print(
        candidates(program, words, names).map(({ value, description }) =>
          description === '' ? value : `${value}\t${description}`,
        ),
      )
    })
}

/** Somebody waits with a finger on a key: no answer within a second is no answer, and an error would tear the prompt. */
async function applicationNames(context: CliContext): Promise<string[]> {
  const abort = new AbortController()
  const cancel = context.io.after(1000, () => abort.abort())
  try {
    const client = await context.client({})
    return (await client.applications({}, abort.signal)).map(({ name }) => name)
  } catch {
    return []
  } finally {
    cancel()
  }
}
