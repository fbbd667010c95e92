/** `halcyon rbac`: questions about RBAC policies, answered from files. Output and exit codes of `can` are those of `argocd admin settings rbac can`. */
import type { Command } from 'commander'
import { HalcyonError } from '../../api/errors.ts'
import { plainLine } from '../../api/verdict/plain.ts'
import { addBatchHelp, batchOption, runBatch } from '../batch.ts'
import type { CliContext } from '../context.ts'
import { columns } from '../output/columns.ts'
import { type Format, structured } from '../output/structured.ts'
import { outputOption } from '../values.ts'

interface CanOptions {
  readonly policyFile: string
  readonly projectFile?: readonly string[]
  readonly defaultRole?: string
  readonly strict: boolean
  readonly builtinPolicy: boolean
  readonly quiet?: boolean
  readonly batch?: string
  readonly output: Format
}

export function addRbacCommand(program: Command, context: CliContext): void {
  const rbac = program
    .command('rbac')
    .description('who may do what by an RBAC policy, and whether it is valid, from files')
  const can = rbac
    .command('can')
    .description(
      'may a role or subject do this? prints Yes or No, and the line that says so on stderr; exit code 1 for No',
    )
    .argument('[role-or-subject]', 'role:readonly, a user, a group, proj:PROJECT:ROLE')
    .argument('[action]', 'get, sync, delete/apps/Deployment/NAMESPACE/NAME, action/apps/Deployment/restart, ...')
    .argument('[resource]', 'applications, logs, clusters, ... (or app, log, cluster, ...)')
    .argument('[object]', 'PROJECT/APPLICATION, a cluster, ... (default: any)')
    .requiredOption('--policy-file <file>', 'policy.csv, or a ConfigMap as argocd-rbac-cm (- for standard input)')
    .option('--project-file <file...>', 'AppProjects whose roles count too')
    .option('--default-role <role>', 'the default role (default: policy.default of the ConfigMap)')
    .option('--strict', 'refuse resources and actions that do not exist (default)', true)
    .option('--no-strict', 'take any words')
    .option('--no-builtin-policy', 'without role:readonly and role:admin')
    .option('-q, --quiet', 'only the exit code')
    .addOption(batchOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Examples:
  halcyon rbac can role:dev sync applications 'team/shop' --policy-file policy.csv
  halcyon rbac can proj:team:ci sync app team/shop --policy-file argocd-rbac-cm.yaml --project-file team.yaml`,
    )
    .action(
      (
        subject: string | undefined,
        action: string | undefined,
        resource: string | undefined,
        object: string | undefined,
        options: CanOptions,
      ) => runCan(context, { subject, action, resource, object }, options),
    )
  addBatchHelp(can, '{"subject":"role:dev","action":"sync","resource":"applications","object":"team/shop","groups":[]}')
  rbac
    .command('validate')
    .description('is the policy valid? lists problems with their lines; exit code 1 when not')
    .requiredOption('--policy-file <file>', 'policy.csv, or a ConfigMap as argocd-rbac-cm (- for standard input)')
    .addOption(outputOption())
    .action((options: CanOptions) => runValidate(context, options))
}

type Asked = Readonly<Record<'subject' | 'action' | 'resource' | 'object', string | undefined>>

async function runCan(context: CliContext, asked: Asked, options: CanOptions): Promise<void> {
  const { openRbac } = await import('../../offline/rbac.ts')
  const answer = await openRbac({
    policyFile: options.policyFile,
    projectFiles: options.projectFile ?? [],
    defaultRole: options.defaultRole ?? '',
    strict: options.strict,
    builtin: options.builtinPolicy,
  })
  if (options.batch !== undefined) return runBatch(context, options.batch, answer)
  if (asked.resource === undefined)
    throw new HalcyonError(
      'UsageInvalid',
      'Cannot answer: name a role or subject, an action and a resource, or give --batch',
    )
  const found = answer(Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)))
  if (!found.allowed) context.exitCode = 1
  if (options.quiet) return
  if (options.output !== 'table') return context.print(structured(found, options.output))
  context.print([found.allowed ? 'Yes' : 'No'])
  context.io.stderr.write(`  ${plainLine(found.because)}\n`)
  for (const warning of found.warnings) context.io.stderr.write(`  warning: ${plainLine(warning)}\n`)
}

async function runValidate(context: CliContext, options: CanOptions): Promise<void> {
  const { validateRbac } = await import('../../offline/rbac.ts')
  const found = await validateRbac(options.policyFile)
  if (!found.valid) context.exitCode = 1
  if (options.output !== 'table') return context.print(structured(found, options.output))
  context.print([found.valid ? 'Policy is valid.' : 'Policy is invalid.'])
  const rows = found.findings.map(({ severity, origin, message }) =>
    [`${origin.source}:${origin.line}`, severity, message, origin.text].map(plainLine),
  )
  context.print(columns(rows, { width: context.width, indent: 2 }))
}
