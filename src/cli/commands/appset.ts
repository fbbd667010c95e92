/** `halcyon appset generate`: which Applications an ApplicationSet would generate. */
import type { Command } from 'commander'
import { HalcyonError } from '../../api/errors.ts'
import { plainLine } from '../../api/verdict/plain.ts'
import type { KubeObject } from '../../kube/object.ts'
import { addBatchHelp, batchOption, runBatch } from '../batch.ts'
import { type CliContext, dataDirectory } from '../context.ts'
import { columns } from '../output/columns.ts'
import { type Format, structured } from '../output/structured.ts'
import { outputOption } from '../values.ts'

interface GenerateOptions {
  readonly file?: readonly string[]
  readonly clusters?: readonly string[]
  readonly repo?: readonly string[]
  readonly data?: string
  readonly batch?: string
  readonly output: Format
}

export function addAppsetCommand(program: Command, context: CliContext): void {
  const appset = program.command('appset').description('questions about ApplicationSets')
  const generate = appset
    .command('generate')
    .description('print the Applications that an ApplicationSet generates, sorted by name')
    .option('-f, --file <file...>', 'manifests with ApplicationSets; - for standard input')
    .option('--clusters <file...>', 'cluster Secrets, and the Secrets and ConfigMaps that generators name')
    .option('--repo <url=folder...>', 'a folder, as it is, in place of a repository')
    .option('--data <dir>', 'where clones of repositories are kept (default: $HALCYON_DATA, else ~/.halcyon)')
    .addOption(batchOption())
    .addOption(outputOption(['yaml', 'json', 'table'], 'yaml'))
    .addHelpText(
      'after',
      `
Git generators read the repository itself, with your Git's credentials; pull request and SCM generators ask the code host.

Examples:
  halcyon appset generate -f appset.yaml --clusters clusters.yaml
  halcyon appset generate -f appset.yaml --repo https://git.example.com/team/fleet.git=. -o table`,
    )
    .action(async (options: GenerateOptions) => {
      const { generateFromFiles, openAppsetQuestions, printApplications } = await import('../../offline/appset.ts')
      const settings = { dataDir: dataDirectory(options.data, context.io), folders: foldersOf(options.repo ?? []) }
      if (options.batch !== undefined) {
        await using questions = openAppsetQuestions(settings)
        await runBatch(context, options.batch, async ({ applicationSet, clusters = [] }) => {
          const { applications, warnings } = await questions.ask(applicationSet, objectsIn(clusters))
          return { applications, ...(warnings.length === 0 ? {} : { warnings }) }
        })
        return
      }
      if (options.file === undefined) {
        throw new HalcyonError(
          'UsageInvalid',
          'Cannot generate applications: name the manifests with -f FILE, or give --batch FILE',
        )
      }
      const { applications, warnings } = await generateFromFiles(options.file, options.clusters ?? [], settings)
      for (const warning of warnings) context.io.stderr.write(`${plainLine(`Warning: ${warning}`)}\n`)
      context.print(options.output === 'yaml' ? printApplications(applications) : printed(applications, options.output))
    })
  addBatchHelp(generate, '{"applicationSet": {"kind": "ApplicationSet", ...}, "clusters": [{"kind": "Secret", ...}]}')
}

function foldersOf(pairs: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    pairs.map((pair) => {
      const at = pair.lastIndexOf('=')
      if (at < 1) throw new HalcyonError('UsageInvalid', `Cannot read --repo ${pair}: wanted is URL=FOLDER`)
      return [pair.slice(0, at), pair.slice(at + 1)] as const
    }),
  )
}

function objectsIn(clusters: unknown): readonly KubeObject[] {
  const isObject = (one: unknown) => typeof one === 'object' && one !== null && 'kind' in one && 'metadata' in one
  if (!Array.isArray(clusters) || !clusters.every(isObject)) {
    throw new HalcyonError('UsageInvalid', 'Cannot generate applications: "clusters" must be a list of objects')
  }
  return clusters as unknown as KubeObject[]
}

function printed(applications: readonly KubeObject[], format: 'json' | 'table'): string | string[] {
  if (format === 'json') return structured(applications, 'json')
  if (applications.length === 0) return ['No applications.']
  const rows = applications.map((one) => {
    const {
      project = '',
      source,
      sources,
      destination = {},
    } = (one['spec'] ?? {}) as Readonly<{
      project?: string
      source?: { path?: string; chart?: string; repoURL?: string }
      sources?: readonly { path?: string; chart?: string; repoURL?: string }[]
      destination?: { name?: string; server?: string; namespace?: string }
    }>
    const first = source ?? sources?.[0]
    return [
      one.metadata.name ?? '',
      project,
      destination.name ?? destination.server ?? '',
      destination.namespace ?? '',
      first?.path ?? first?.chart ?? '',
    ].map(plainLine)
  })
  return columns([['NAME', 'PROJECT', 'CLUSTER', 'NAMESPACE', 'PATH'], ...rows])
}
