/** `halcyon actions -f FILE`: what can be done with the objects in files, and what it would write. */
import type { Command } from 'commander'
import { plainLine } from '../../api/verdict/plain.ts'
import type { ObjectActions } from '../../offline/actions.ts'
import type { ImpactedResource } from '../../pipeline/actions/types.ts'
import { addBatchHelp, batchOption, runBatch } from '../batch.ts'
import type { CliContext } from '../context.ts'
import { columns } from '../output/columns.ts'
import { type Format, structured } from '../output/structured.ts'
import { outputOption, parseParameter, requireFiles } from '../values.ts'

interface ActionsOptions {
  readonly filename?: readonly string[]
  readonly settings?: string
  readonly run?: string
  readonly param: Readonly<Record<string, string>>
  readonly output: Format
  readonly batch?: string
}

export function addActionsCommand(program: Command, context: CliContext): void {
  const command = program
    .command('actions')
    .description('list the actions of the objects in files, or print what one would write')
    .option('-f, --filename <file...>', 'manifests with their status (- for standard input)')
    .option('--settings <file>', "the ConfigMap argocd-cm with the users' actions")
    .option('--run <action>', 'print the objects after this action; nothing is written')
    .option('--param <name=value>', 'a parameter of the action; may be repeated', parseParameter, {})
    .addOption(outputOption())
    .addOption(batchOption())
    .action(async (options: ActionsOptions) => {
      const { actionsOfFiles, createActionQuestions, runOnFiles } = await import('../../offline/actions.ts')
      if (options.batch !== undefined) {
        const { readSettings } = await import('../../offline/settings.ts')
        await using questions = createActionQuestions(await readSettings(options.settings))
        await runBatch(context, options.batch, (question) => questions.answer(question))
        return
      }
      const { settings, run, param, output } = options
      const files = requireFiles(options.filename, 'list actions')
      context.print(
        run === undefined
          ? listed(await actionsOfFiles(files, settings), output)
          : written(await runOnFiles(files, run, param, settings), output),
      )
    })
  addBatchHelp(command, '{"object": {...}, "settings": {...}, "run": "scale", "params": {"replicas": "3"}}')
  command.addHelpText(
    'after',
    `
With --run, -o json prints [{"operation": "patch" or "create", "resource": {...}}],
every other format the resources as YAML documents.

Examples:
  kubectl get deployment web -o yaml | halcyon actions -f -
  halcyon actions -f web.yaml --run scale --param replicas=3`,
  )
}

function listed(objects: readonly ObjectActions[], output: Format): string {
  if (output !== 'table') return structured(objects, output)
  const rows = objects.flatMap(({ kind, namespace, name, actions }) =>
    actions.map((action) => {
      const params = (action.params ?? []).map((one) => `${one.name}=${one.default}`).join(' ')
      return [kind, namespace, name, action.name, action.disabled ? 'no' : 'yes', params].map(plainLine)
    }),
  )
  return `${columns([['KIND', 'NAMESPACE', 'NAME', 'ACTION', 'ENABLED', 'PARAMETERS'], ...rows]).join('\n')}\n`
}

function written(resources: readonly ImpactedResource[], output: Format): string {
  if (output === 'json') return structured(resources, 'json')
  return resources.map(({ resource }) => structured(resource, 'yaml')).join('---\n')
}
