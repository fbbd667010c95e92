/** `halcyon project`: questions about AppProjects, answered from files. */
import type { Command } from 'commander'
import { plainLine } from '../../api/verdict/plain.ts'
import { addBatchHelp, batchOption, runBatch } from '../batch.ts'
import type { CliContext } from '../context.ts'
import { columns } from '../output/columns.ts'
import { type Format, structured } from '../output/structured.ts'
import { outputOption } from '../values.ts'

interface PermitsOptions {
  readonly filename: readonly string[]
  readonly output: Format
  readonly batch?: string
}

/** Options that are the question itself, under the same names as in a batch. */
const asked = [
  'project',
  'application',
  'sourceRepo',
  'sourceNamespace',
  'destinationServer',
  'destinationName',
  'destinationNamespace',
  'group',
  'kind',
  'name',
  'namespace',
  'controlNamespace',
]

export function addProjectCommand(program: Command, context: CliContext): void {
  const project = program
    .command('project')
    .description('what an AppProject permits, and whether it is valid, from files')
  const permits = project
    .command('permits')
    .description('may the project have this source, destination, object or application? exit code 1 when not')
    .requiredOption(
      '-f, --filename <file...>',
      'AppProjects; also argocd-cm (global projects) and cluster Secrets (- for standard input)',
    )
    .option('--project <name>', 'which project (default: that of the application, or the only one)')
    .option('--application <file>', 'an Application: its namespace, sources and destination')
    .option('--source-repo <url>', 'a repository')
    .option('--source-namespace <namespace>', 'the namespace an Application lives in')
    .option('--destination-server <url>', 'a cluster by its address')
    .option('--destination-name <name>', 'a cluster by its name (default: in-cluster)')
    .option('--destination-namespace <namespace>', 'the namespace deployed to')
    .option('--kind <kind>', 'an object; cluster-scoped unless --namespace is given')
    .option('--group <group>', 'its API group')
    .option('--name <name>', 'its name')
    .option('--namespace <namespace>', 'its namespace')
    .option('--control-namespace <namespace>', 'whose Applications may use every project (default: argocd)')
    .addOption(batchOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Examples:
  halcyon project permits -f team.yaml --source-repo https://git.example.com/team/shop.git
  halcyon project permits -f team.yaml --destination-namespace kube-system
  halcyon project permits -f team.yaml --kind ClusterRole --group rbac.authorization.k8s.io --name team-view
  halcyon project permits -f team.yaml --application shop.yaml`,
    )
    .action((options: PermitsOptions) => runPermits(context, options))
  addBatchHelp(permits, '{"sourceRepo":"https://git.example.com/a.git","destinationNamespace":"web"}')
  project
    .command('validate')
    .description('is every AppProject of the files valid? exit code 1 when not')
    .requiredOption('-f, --filename <file...>', 'AppProjects (- for standard input)')
    .addOption(outputOption())
    .action((options: PermitsOptions) => runValidate(context, options))
}

async function runPermits(context: CliContext, options: PermitsOptions): Promise<void> {
  const { openPermits } = await import('../../offline/project.ts')
  const answer = await openPermits(options.filename)
  if (options.batch !== undefined) return runBatch(context, options.batch, answer)
  const given = options as unknown as Readonly<Record<string, unknown>>
  const found = await answer(
    Object.fromEntries(asked.flatMap((key) => (given[key] === undefined ? [] : [[key, given[key]]]))),
  )
  if (!found.permitted) context.exitCode = 1
  if (options.output !== 'table') return context.print(structured(found, options.output))
  const rows = found.verdicts.map(({ permitted, rule, because }) =>
    [permitted ? 'permitted' : 'denied', rule, because].map(plainLine),
  )
  context.print(columns(rows, { width: context.width, wrap: true }))
}

async function runValidate(context: CliContext, options: PermitsOptions): Promise<void> {
  const { validateProjects } = await import('../../offline/project.ts')
  const found = await validateProjects(options.filename)
  if (found.some(({ problems }) => problems.length > 0)) context.exitCode = 1
  if (options.output !== 'table') return context.print(structured(found, options.output))
  const lines = found.flatMap(({ project, problems }) =>
    problems.length === 0 ? [`${project}: valid`] : problems.map((problem) => `${project}: ${problem}`),
  )
  context.print(lines.map(plainLine))
}
