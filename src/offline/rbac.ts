/** `halcyon rbac`: who may do what by a policy file, and whether the policy is valid. Effects: reads files. */
import type { AppProject } from '../api/appproject.ts'
import { HalcyonError } from '../api/errors.ts'
import { createAccess } from '../delivery/access/access.ts'
import { projectOfRequest, projectPolicy } from '../delivery/access/project-roles.ts'
import { type AccessSettings, readAccessSettings } from '../delivery/access/settings.ts'
import { type PolicyFinding, validatePolicy } from '../delivery/access/validate.ts'
import { isScopedByProject, resourceNamed, vocabularyProblem } from '../delivery/access/vocabulary.ts'
import { getField, getStringMap } from '../kube/fields.ts'
import type { KubeObject } from '../kube/object.ts'
import { parseObjects, readText } from './files.ts'
import { readProjectFiles } from './project-files.ts'
import { onlyKeys, type Question, textOf } from './questions.ts'

export interface CanAnswer {
  readonly allowed: boolean
  /** `policy.csv:12`; null when no line matched. */
  readonly rule: string | null
  readonly because: string
  readonly warnings: readonly string[]
}

export interface RbacOptions {
  readonly policyFile: string
  readonly projectFiles: readonly string[]
  /** '' = that of the policy file. */
  readonly defaultRole: string
  readonly strict: boolean
  readonly builtin: boolean
}

/** Reads the files once; the function it returns answers one question after the other. Throws ConfigInvalid for a policy that is refused. */
export async function openRbac(options: RbacOptions): Promise<(question: Question) => CanAnswer> {
  const settings = await readPolicy(options.policyFile)
  const [problem] = settings.problems
  if (problem !== undefined) {
    const { source, line, text } = problem.origin
    throw new HalcyonError(
      'ConfigInvalid',
      `Cannot use ${options.policyFile}: ${source}:${line} "${text}": ${problem.message}`,
    )
  }
  const projects = await projectsOf(options.projectFiles)
  const access = createAccess({
    settings: { ...settings, defaultRole: options.defaultRole || settings.defaultRole },
    builtin: options.builtin,
    project: (name) => projects.get(name),
  })
  return (question) => {
    onlyKeys(question, ['subject', 'groups', 'action', 'resource', 'object'])
    const subject = textOf(question, 'subject')
    const action = textOf(question, 'action')
    const resource = resourceNamed(textOf(question, 'resource'))
    if (subject === '' || action === '' || resource === '')
      throw new HalcyonError('UsageInvalid', 'Cannot answer: subject, action and resource are needed')
    const unknown = options.strict ? vocabularyProblem(resource, action) : undefined
    if (unknown !== undefined)
      throw new HalcyonError('UsageInvalid', `Cannot answer about ${resource} ${action}: ${unknown}`)
    const request = { resource, action, object: objectOf(resource, textOf(question, 'object')) }
    const decision = access.decide(subject, groupsOf(question), request)
    const warning = decision.allowed ? access.groupWarning(subject, request) : undefined
    const project = projects.get(projectOfRequest(request) ?? '')
    return {
      allowed: decision.allowed,
      rule: decision.line === undefined ? null : `${decision.line.source}:${decision.line.line}`,
      because: decision.because,
      warnings: [...(warning === undefined ? [] : [warning]), ...(project === undefined ? [] : roleWarnings(project))],
    }
  }
}

/** Roles that cannot be read add nothing, which nobody would guess from the answer. */
function roleWarnings(project: AppProject): string[] {
  return projectPolicy(project).problems.map(
    ({ origin, message }) => `${origin.source}: "${origin.text}": ${message}; no role of the project counts`,
  )
}

/** As argocd does: an object of a project that is not given, or `*`, means any object of any project. */
function objectOf(resource: string, object: string): string {
  const scoped = isScopedByProject(resource) || resource === 'write-repositories'
  return scoped && (object === '' || object === '*') ? '*/*' : object
}

function groupsOf(question: Question): readonly string[] {
  const groups = question['groups'] ?? []
  if (Array.isArray(groups) && groups.every((group) => typeof group === 'string')) return groups
  throw new HalcyonError('UsageInvalid', 'Cannot read "groups" of a question: wanted is a list of texts')
}

async function projectsOf(files: readonly string[]): Promise<ReadonlyMap<string, AppProject>> {
  if (files.length === 0) return new Map()
  const found = await readProjectFiles(files)
  return new Map(found.names.map((name) => [name, found.project(name)]))
}

export interface ValidateAnswer {
  readonly valid: boolean
  readonly findings: readonly PolicyFinding[]
}

/** Throws UsageInvalid when the file cannot be read or holds no policy. */
export async function validateRbac(policyFile: string): Promise<ValidateAnswer> {
  const settings = await readPolicy(policyFile)
  if (settings.lines.length === 0 && settings.problems.length === 0)
    throw new HalcyonError('UsageInvalid', `Cannot validate ${policyFile}: it holds no policy`)
  const findings = validatePolicy(settings)
  return { valid: findings.every((finding) => finding.severity !== 'error'), findings }
}

/** A CSV file, or YAML with a ConfigMap as argocd-rbac-cm. */
async function readPolicy(file: string): Promise<AccessSettings> {
  const text = await readText(file)
  const settings = /^\s*(?:apiVersion|kind|metadata|data)\s*:|^\s*\{/m.test(text) ? configMapOf(text, file) : undefined
  return readAccessSettings(settings ?? { 'policy.csv': text })
}

function configMapOf(text: string, file: string): Record<string, string> {
  const maps = parseObjects(text, file).filter((object: KubeObject) => object.kind === 'ConfigMap')
  const found = maps.find((map) => map.metadata?.name === 'argocd-rbac-cm') ?? (maps.length === 1 ? maps[0] : undefined)
  if (found === undefined)
    throw new HalcyonError('UsageInvalid', `Cannot take the policy of ${file}: it holds no ConfigMap argocd-rbac-cm`)
  return getField(found, 'data') === undefined ? {} : getStringMap(found, 'data')
}
