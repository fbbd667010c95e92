/** Resources and actions of RBAC, and the short names that `rbac can` takes. Pure data. Source: Argo CD, operator manual "RBAC". */

/** Action -> whether a path may follow it: `delete/<group>/<kind>/<namespace>/<name>`. */
type Actions = Readonly<Record<string, boolean>>

const crud: Actions = { get: false, create: false, update: false, delete: false }
const crd: Actions = { get: false, create: false, delete: false }

export const resourceActions: Readonly<Record<string, Actions>> = {
  accounts: { create: false, update: false },
  applications: {
    get: false,
    create: false,
    update: true,
    delete: true,
    sync: false,
    override: false,
    rollback: false,
    action: true,
  },
  applicationsets: crud,
  certificates: crd,
  clusters: crud,
  exec: { create: false },
  extensions: { invoke: false },
  gpgkeys: crd,
  logs: { get: false },
  projects: crud,
  repositories: crud,
  'write-repositories': crud,
}

const shortNames: Readonly<Record<string, string>> = {
  account: 'accounts',
  app: 'applications',
  apps: 'applications',
  application: 'applications',
  cert: 'certificates',
  certs: 'certificates',
  certificate: 'certificates',
  cluster: 'clusters',
  extension: 'extensions',
  gpgkey: 'gpgkeys',
  key: 'gpgkeys',
  log: 'logs',
  proj: 'projects',
  projs: 'projects',
  project: 'projects',
  repo: 'repositories',
  repos: 'repositories',
  repository: 'repositories',
}

/** Objects of these are `<project>/<name>`; policies of a project's roles may name only these (but write-repositories). */
const scopedByProject = new Set(['applications', 'applicationsets', 'logs', 'exec', 'clusters', 'repositories'])

export function isScopedByProject(resource: string): boolean {
  return scopedByProject.has(resource)
}

export function resourceNamed(name: string): string {
  return Object.hasOwn(shortNames, name) ? shortNames[name]! : name
}

/** What is wrong with a resource and an action, or undefined. */
export function vocabularyProblem(resource: string, action: string): string | undefined {
  if (!Object.hasOwn(resourceActions, resource))
    return `"${resource}" is no resource; known are ${Object.keys(resourceActions).join(', ')}`
  const actions = resourceActions[resource]!
  const slash = action.indexOf('/')
  const verb = slash < 0 ? action : action.slice(0, slash)
  if (Object.hasOwn(actions, verb) && (slash < 0 || actions[verb] === true)) return undefined
  return `"${action}" is no action of ${resource}; known are ${Object.keys(actions).join(', ')}`
}
