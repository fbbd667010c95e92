/** What Argo CD grants without any setting: `role:readonly`, `role:admin`, and `admin` as a member of the latter. Pure data. */
import { type PolicyLine, parsePolicy } from './policy-line.ts'

/** Resources whose objects are `<project>/<name>`, as the built-in rules write them. */
const inProjects = new Set(['applications', 'applicationsets', 'logs', 'exec'])

const readable = ['applications', 'applicationsets', 'certificates', 'clusters', 'repositories', 'write-repositories']
const readOnly = [...readable, 'projects', 'accounts', 'gpgkeys', 'logs'].map((resource) => [resource, 'get'] as const)

const administered: Readonly<Record<string, readonly string[]>> = {
  applications: ['create', 'update', 'update/*', 'delete', 'delete/*', 'sync', 'rollback', 'override', 'action/*'],
  applicationsets: ['get', 'create', 'update', 'delete'],
  certificates: ['create', 'update', 'delete'],
  clusters: ['create', 'update', 'delete'],
  repositories: ['create', 'update', 'delete'],
  'write-repositories': ['create', 'update', 'delete'],
  projects: ['create', 'update', 'delete'],
  accounts: ['update'],
  gpgkeys: ['create', 'delete'],
  exec: ['create'],
}
const admin = Object.entries(administered).flatMap(([resource, actions]) =>
  actions.map((action) => [resource, action] as const),
)

function rule(role: string, [resource, action]: readonly [string, string]): string {
  return `p, ${role}, ${resource}, ${action}, ${inProjects.has(resource) ? '*/*' : '*'}, allow`
}

const text = [
  ...readOnly.map((one) => rule('role:readonly', one)),
  ...admin.map((one) => rule('role:admin', one)),
  'g, role:admin, role:readonly',
  'g, admin, role:admin',
].join('\n')

/** As of Argo CD 3.6. */
export const builtinPolicy: readonly PolicyLine[] = parsePolicy(text, 'built-in').lines
