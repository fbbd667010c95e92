/** `halcyon health -f FILE`: the health of objects in files, without a server. */
import type { Command } from 'commander'
import { plainLine } from '../../api/verdict/plain.ts'
import type { NamedHealth } from '../../offline/health.ts'
import { addBatchHelp, batchOption, runBatch } from '../batch.ts'
import type { CliContext } from '../context.ts'
import { columns } from '../output/columns.ts'
import { type Format, structured } from '../output/structured.ts'
import { outputOption, requireFiles } from '../values.ts'

interface HealthOptions {
  readonly filename?: readonly string[]
  readonly settings?: string
  readonly output: Format
  readonly batch?: string
}

export function addHealthCommand(program: Command, context: CliContext): void {
  const command = program
    .command('health')
    .description('print the health of the objects in files, as a sync would judge them')
    .option('-f, --filename <file...>', 'manifests with their status (- for standard input)')
    .option('--settings <file>', "the ConfigMap argocd-cm with the users' health checks")
    .addOption(outputOption())
    .addOption(batchOption())
    .action(async (options: HealthOptions) => {
      const { createHealthQuestions, healthOfFiles } = await import('../../offline/health.ts')
      if (options.batch !== undefined) {
        const { readSettings } = await import('../../offline/settings.ts')
        await using questions = createHealthQuestions(await readSettings(options.settings))
        await runBatch(context, options.batch, (question) => questions.answer(question))
        return
      }
      const answers = await healthOfFiles(requireFiles(options.filename, 'judge'), options.settings)
      context.exitCode = answers.every(isWell) ? 0 : 1
      context.print(printed(answers, options.output))
    })
  addBatchHelp(command, '{"object": {...}, "settings": {"resource.customizations.health.apps_Deployment": "..."}}')
  command.addHelpText(
    'after',
    `
-o json prints one line for each object, in order: {"status": "Healthy", "message": ""}.
The status is null for an object that has no health, such as a ConfigMap.
Exit code 1 when one of them is neither Healthy nor Suspended.

Examples:
  kubectl get certificates -A -o yaml | halcyon health -f -
  halcyon health -f test/stuck-certificate.yaml --settings argocd-cm.yaml -o json`,
  )
}

function isWell({ status }: NamedHealth): boolean {
  return status === null || status === 'Healthy' || status === 'Suspended'
}

function printed(answers: readonly NamedHealth[], output: Format): string {
  if (output === 'json')
    return answers.map(({ status, message }) => `${JSON.stringify({ status, message })}\n`).join('')
  if (output === 'yaml') return answers.length === 0 ? '' : structured(answers, 'yaml')
  const rows = answers.map(({ kind, namespace, name, status, message }) =>
    [kind, namespace, name, status ?? '-', message].map(plainLine),
  )
  return `${columns([['KIND', 'NAMESPACE', 'NAME', 'HEALTH', 'MESSAGE'], ...rows]).join('\n')}\n`
}
