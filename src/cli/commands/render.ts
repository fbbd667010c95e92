/** `halcyon render APP-or-FILE`: the desired manifests. */
import type { Command } from 'commander'
import { loadAll } from 'js-yaml'
import { HalcyonError } from '../../api/errors.ts'
import { plainLine } from '../../api/verdict/plain.ts'
import { addTargetOptions, type CliContext, dataDirectory, type TargetOptions } from '../context.ts'
import { columns } from '../output/columns.ts'
import { type Format, structured } from '../output/structured.ts'
import { outputOption } from '../values.ts'

interface RenderOptions extends TargetOptions {
  readonly output: Format
  readonly revision?: string
  readonly reveal?: boolean
  readonly local?: boolean
  readonly repo?: string
  readonly path?: string
}

export function addRenderCommand(program: Command, context: CliContext): void {
  const command = program
    .command('render')
    .description('print the desired manifests of an application, secrets masked')
    .argument(
      '[application-or-file]',
      'an application, or a file with an Application (rendered here, without a server)',
    )
    .option('--revision <revision>', 'as of this branch, tag or commit')
    .option('--reveal', 'show secret values')
    .option('--local', 'render here, from --repo and --path, without a server')
    .option('--repo <url-or-dir>', 'with --local: the repository (default: .)')
    .option('--path <path>', 'with --local: the folder in it')
    .addOption(outputOption(['yaml', 'json', 'table'], 'yaml'))
    .addHelpText(
      'after',
      `
Examples:
  halcyon render shop-staging
  halcyon render apps/shop-staging.yaml
  halcyon render --local --path shop/overlays/staging
  halcyon render --local shop-staging --repo . --path apps --revision my-branch`,
    )
    .action(async (target: string | undefined, options: RenderOptions) => {
      const text = await manifests(context, target, options)
      context.print(options.output === 'yaml' ? text : converted(text, options.output))
    })
  addTargetOptions(command)
}

async function manifests(context: CliContext, target: string | undefined, options: RenderOptions): Promise<string> {
  const { revision, reveal = false } = options
  if (options.local || isFile(target)) {
    return context.handlers.renderLocal({
      ...localSource(target, options),
      reveal,
      dataDir: dataDirectory(options.data, context.io),
    })
  }
  if (target === undefined) {
    throw new HalcyonError('UsageInvalid', 'Cannot render: name an application or a file, or give --local')
  }
  if (options.repo !== undefined || options.path !== undefined) {
    throw new HalcyonError('UsageInvalid', `Cannot render ${target}: --repo and --path need --local`)
  }
  const client = await context.client(options)
  return client.manifests(target, { reveal, ...(revision !== undefined && { revision }) })
}

/** Names of applications have no slash and, in practice, no such ending. */
export function isFile(target: string | undefined): boolean {
  return target !== undefined && (target.includes('/') || /\.(ya?ml|json)$/.test(target))
}

/** Where a `--local` command reads from. */
export function localSource(
  target: string | undefined,
  options: { readonly repo?: string; readonly path?: string; readonly revision?: string },
) {
  const file = isFile(target) ? target : undefined
  return {
    repo: options.repo ?? '.',
    revision: options.revision,
    path: options.path,
    app: file === undefined ? target : undefined,
    file,
  }
}

function converted(text: string, output: 'json' | 'table'): string {
  const objects = loadAll(text).filter((value) => value !== null && value !== undefined)
  if (output === 'json') return structured(objects, 'json')
  const rows = objects.map((value) => {
    const object = value as { kind?: string; apiVersion?: string; metadata?: { name?: string; namespace?: string } }
    const { name = '', namespace = '' } = object.metadata ?? {}
    return [object.apiVersion ?? '', object.kind ?? '', namespace, name].map(plainLine)
  })
  return `${columns([['APIVERSION', 'KIND', 'NAMESPACE', 'NAME'], ...rows]).join('\n')}\n`
}
