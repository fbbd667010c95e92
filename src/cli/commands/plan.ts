/** `halcyon plan order`: in which order a sync would apply manifests, without a cluster. */
import type { Command } from 'commander'
import { HalcyonError } from '../../api/errors.ts'
import { plainLine } from '../../api/verdict/plain.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { OrderOptions, PlanOrder } from '../../offline/plan-order.ts'
import { batchOption, runBatch } from '../batch.ts'
import type { CliContext } from '../context.ts'
import { columns } from '../output/columns.ts'
import { type Format, structured } from '../output/structured.ts'
import { outputOption } from '../values.ts'

interface OrderCommandOptions {
  readonly file?: readonly string[]
  readonly namespace?: string
  readonly syncOption?: readonly string[]
  readonly batch?: string
  readonly output: Format
}

export function addPlanCommand(program: Command, context: CliContext): void {
  const plan = program.command('plan').description('questions about plans')
  plan
    .command('order')
    .description('print the order in which a sync applies manifests: phases, waves, kinds')
    .option('-f, --file <file...>', 'manifests; - for standard input')
    .option('-n, --namespace <namespace>', 'for objects that name none (default: default)')
    .option('--sync-option <option...>', 'as in spec.syncPolicy.syncOptions')
    .addOption(batchOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
A question of --batch, one line:
  {"manifests": [{"apiVersion": "v1", "kind": "ConfigMap", ...}], "namespace": "shop"}

Examples:
  halcyon plan order -f manifests.yaml
  helm template shop ./chart | halcyon plan order -f - -o json`,
    )
    .action(async (options: OrderCommandOptions) => {
      const { orderOf, orderOfFiles } = await import('../../offline/plan-order.ts')
      const settings = orderOptions(options.namespace, options.syncOption)
      if (options.batch !== undefined) {
        await runBatch(context, options.batch, (question) =>
          orderOf(manifestsIn(question), batchOptions(question, settings)),
        )
        return
      }
      if (options.file === undefined) {
        throw new HalcyonError('UsageInvalid', 'Cannot plan: name the manifests with -f FILE, or give --batch FILE')
      }
      const order = await orderOfFiles(options.file, settings)
      context.print(options.output === 'table' ? orderLines(order) : structured(order, options.output))
    })
}

function orderOptions(namespace: string | undefined, syncOptions: readonly string[] | undefined): OrderOptions {
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(syncOptions === undefined ? {} : { syncOptions }),
  }
}

function manifestsIn(question: Readonly<Record<string, unknown>>): readonly KubeObject[] {
  const manifests = question['manifests']
  const isObject = (one: unknown) =>
    typeof one === 'object' &&
    one !== null &&
    typeof (one as Partial<KubeObject>).kind === 'string' &&
    typeof (one as Partial<KubeObject>).apiVersion === 'string'
  if (!Array.isArray(manifests) || !manifests.every(isObject)) {
    throw new HalcyonError(
      'UsageInvalid',
      'Cannot plan: "manifests" must be a list of objects with apiVersion and kind',
    )
  }
  return manifests as KubeObject[]
}

function batchOptions(question: Readonly<Record<string, unknown>>, preset: OrderOptions): OrderOptions {
  const { namespace, syncOptions } = question
  return {
    ...preset,
    ...(typeof namespace === 'string' ? { namespace } : {}),
    ...(Array.isArray(syncOptions) ? { syncOptions: syncOptions.map(String) } : {}),
  }
}

function orderLines(order: PlanOrder): string[] {
  if (order.steps.length === 0) return ['No objects to apply.']
  const rows = order.steps.flatMap((step) =>
    step.objects.map((object, index) => [
      index === 0 ? step.phase : '',
      index === 0 ? `wave ${step.wave}` : '',
      plainLine(`${object.kind} ${object.namespace === '' ? '' : `${object.namespace}/`}${object.name}`),
      object.hook ? `hook, deleted: ${object.deletePolicies.join(', ')}` : '',
    ]),
  )
  const outside = order.outside.map((ref) =>
    plainLine(
      `not part of a sync: ${ref.kind} ${ref.name}${ref.phases.length === 0 ? '' : ` (${ref.phases.join(', ')})`}`,
    ),
  )
  return [...columns(rows), ...outside, ...order.warnings.map((warning) => plainLine(`warning: ${warning}`))]
}
