import { type Enforcer as Casbin, newEnforcer, newModelFromString, StringAdapter } from 'casbin'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppProject } from '../../api/appproject.ts'
import { matchGlob } from '../../api/glob.ts'
import { createAccess } from './access.ts'
import { readAccounts } from './accounts.ts'
import { createEnforcer } from './enforcer.ts'
import { parsePolicy } from './policy-line.ts'
import { roleProblems } from './project-roles.ts'
import { readAccessSettings } from './settings.ts'
import { validatePolicy } from './validate.ts'

function access(csv: string, more: Record<string, string> = {}, project?: AppProject) {
  const settings = readAccessSettings({ 'policy.csv': csv, ...more })
  return createAccess({ settings, project: (name) => (name === project?.metadata.name ? project : undefined) })
}

describe('lines', () => {
  test.each([
    ['p, alice, applications, get, */*, allow', 'p'],
    ['  g,  "my-org:a, b" , role:admin', 'problem'],
    ['g, "my-org:a, b", role:admin', 'g'],
    ['# comment', 'nothing'],
    ['', 'nothing'],
    ['m, x', 'nothing'],
    ['p, alice, applications, get, */*', 'problem'],
    ['g, alice', 'problem'],
    ['p2, a, b, c, d, allow', 'problem'],
    ['p, al"ice, applications, get, */*, allow', 'problem'],
    ['p, "alice, applications, get, */*, allow', 'problem'],
  ])('%s is %s', (text, expected) => {
    const { lines, problems } = parsePolicy(text, 'policy.csv')
    expect(problems.length > 0 ? 'problem' : (lines[0]?.kind ?? 'nothing')).toBe(expected)
  })

  test('leading space goes, trailing space stays, quotes are doubled', () => {
    const [line] = parsePolicy('p,   alice ,"a""b",get,*,allow', 'policy.csv').lines
    expect(line).toMatchObject({ subject: 'alice ', resource: 'a"b' })
  })
})

describe('decisions', () => {
  test.each([
    ['admin', 'delete', 'applications', 'team/web', true, 'built in'],
    ['role:readonly', 'get', 'logs', 'team/web', true, 'built in'],
    ['role:readonly', 'sync', 'applications', 'team/web', false, 'reads only'],
    ['dev', 'sync', 'applications', 'team/web', true, 'its line'],
    ['dev', 'sync', 'applications', 'team/ns/web', true, 'a star takes slashes'],
    ['dev', 'sync', 'applications', 'other/web', false, 'another project'],
    ['dev', 'delete', 'applications', 'team/web', false, 'deny beats allow'],
    [
      'dev',
      'delete/apps/Deployment/ns/web',
      'applications',
      'team/web',
      false,
      'the application does not imply its parts',
    ],
    ['dev', 'delete/*/Pod/*/*', 'applications', 'team/web', true, 'its own line'],
    ['dev', 'action//Pod/restart', 'applications', 'team/web', true, 'an action without a group'],
    ['lead', 'sync', 'applications', 'team/web', true, 'a member of a role'],
    ['boss', 'sync', 'applications', 'team/web', true, 'a member of a member'],
    ['DEV', 'sync', 'applications', 'team/web', false, 'case matters'],
    ['nobody', 'get', 'applications', 'team/web', false, 'no line'],
  ])('%s may %s %s %s: %s (%s)', (subject, action, resource, object, allowed, _why) => {
    const policy = `
p, dev, applications, sync, team/*, allow
p, dev, applications, delete, team/*, allow
p, dev, applications, delete, team/web, deny
p, dev, applications, delete/*/Pod/*/*, team/*, allow
p, dev, applications, action//Pod/*, team/*, allow
g, lead, dev
g, boss, lead`
    expect(access(policy).decide(subject, [], { action, resource, object }).allowed).toBe(allowed)
  })

  test('the line that decided is named', () => {
    const policy = 'p, dev, applications, *, team/*, allow\np, dev, applications, delete, team/*, deny'
    expect(
      access(policy).decide('dev', [], { action: 'delete', resource: 'applications', object: 'team/web' }),
    ).toEqual({
      allowed: false,
      line: { source: 'policy.csv', line: 2, text: 'p, dev, applications, delete, team/*, deny' },
      because: 'policy.csv:2 denies it: p, dev, applications, delete, team/*, deny',
    })
  })

  test('what the default role grants, no line takes away; what it denies, it denies only itself', () => {
    const policy =
      'p, dev, applications, get, *, deny\np, dev, logs, get, *, allow\np, role:base, logs, get, *, deny\np, role:base, applications, get, *, allow'
    const decide = (resource: string) =>
      access(policy, { 'policy.default': 'role:base' }).decide('dev', [], { action: 'get', resource, object: 'a/b' })
    expect(decide('applications')).toMatchObject({
      allowed: true,
      because: expect.stringContaining('the default role role:base'),
    })
    expect(decide('logs').allowed).toBe(true)
  })

  test('regular expressions are found anywhere; one that does not compile refuses what reaches it', () => {
    const regex = { 'policy.matchMode': 'regex' }
    const request = { action: 'get', resource: 'applications', object: 'team/web' }
    expect(access('p, dev, app, g.t, ^team/, allow', regex).decide('dev', [], request).allowed).toBe(true)
    expect(access('p, dev, app, get, ^web, allow', regex).decide('dev', [], request).allowed).toBe(false)
    expect(
      access('p, dev, .*, .*, .*, allow\np, dev, app, (, x, allow', regex).decide('dev', [], request),
    ).toMatchObject({
      allowed: false,
      because: expect.stringMatching(/policy.csv:2 holds a regular expression that does not compile/),
    })
  })

  test('groups count when a line makes them members', () => {
    const request = { action: 'get', resource: 'applications', object: 'a/b' }
    expect(access('g, my-org:team, role:readonly').decide('u', ['my-org:team'], request).allowed).toBe(true)
    const direct = access('p, my-org:team, applications, get, *, allow')
    expect(direct.decide('u', ['my-org:team'], request).allowed).toBe(false)
    expect(direct.decide('my-org:team', [], request).allowed).toBe(true)
    expect(direct.groupWarning('my-org:team', request)).toMatch(/no "g" line/)
    expect(access('g, my-org:team, role:readonly').groupWarning('my-org:team', request)).toBeUndefined()
  })
})

describe('roles of a project', () => {
  const project = AppProject.parse({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'team' },
    spec: {
      roles: [
        { name: 'ci', policies: ['p, proj:team:ci, applications, sync, team/*, allow'], groups: ['my-org:ci'] },
        { name: 'guest' },
      ],
    },
  })
  test.each([
    ['proj:team:ci', [], 'sync', 'applications', 'team/web', true, 'a token of the role'],
    ['proj:team:ci', [], 'get', 'projects', 'team', true, 'a role may read its project'],
    ['proj:team:guest', [], 'sync', 'applications', 'team/web', false, 'another role'],
    ['proj:other:ci', [], 'sync', 'applications', 'team/web', false, 'a token of another project'],
    ['proj:team:ci', [], 'sync', 'applications', 'other/web', false, 'another project'],
    ['someone', ['my-org:ci'], 'sync', 'applications', 'team/web', true, 'a group of the role'],
  ])('%s with %j may %s %s %s: %s (%s)', (subject, groups, action, resource, object, allowed, _why) => {
    expect(access('', {}, project).decide(subject, groups, { action, resource, object }).allowed).toBe(allowed)
  })

  test('a deny of the settings holds over a role of the project', () => {
    const found = access('p, proj:team:ci, applications, sync, team/web, deny', {}, project)
    expect(
      found.decide('proj:team:ci', [], { action: 'sync', resource: 'applications', object: 'team/web' }).allowed,
    ).toBe(false)
  })

  test.each([
    ['p, proj:team:ci, applications, sync, team/*, allow', undefined],
    ['p, proj:team:ci, applications, sync, team/ns/web, allow', undefined],
    ['p, proj:team:ci, applications, action/apps/Deployment/restart, team/*, allow', undefined],
    ['p, proj:team:other, applications, sync, team/*, allow', 'its subject has to be proj:team:ci'],
    ['p, proj:team:ci, accounts, get, team/*, allow', 'a project grants'],
    ['p, proj:team:ci, applications, sync, other/*, allow', 'its object has to be of the project'],
    ['p, proj:team:ci, applications, fly, team/*, allow', '"fly" is no action'],
    ['p, proj:team:ci, applications, sync, team/*, maybe', 'its effect has to be allow or deny'],
    ['g, a, b', 'wanted is "p,'],
  ])('the policy %s: %s', (policy, problem) => {
    const spec = { ...project.spec, roles: [{ ...project.spec.roles![0]!, policies: [policy] }] }
    const [found] = roleProblems({ ...project, spec })
    if (problem === undefined) expect(found).toBeUndefined()
    else expect(found).toContain(problem)
  })
})

test('every policy.<x>.csv counts, in the order of the keys', () => {
  const settings = readAccessSettings({
    'policy.z.csv': 'g, c, d',
    'policy.csv': 'g, a, b',
    'policy.a.csv': 'g, b, c',
    scopes: '[groups, email]',
  })
  expect(settings.lines.map((line) => line.origin.source)).toEqual(['policy.csv', 'policy.a.csv', 'policy.z.csv'])
  expect(settings).toMatchObject({ scopes: ['groups', 'email'], matchMode: 'glob', defaultRole: '' })
})

test('validation names the line, and what silently does nothing', () => {
  const csv = [
    'p, dev, applications, sync, team/*, allow',
    'p, dev, application, sync, *, allow',
    'q, x',
    'p, dev, logs, get, *, Allow',
    'p, dev, logs, create, *, allow',
    'g, eve, role:nobody',
    'g, eve, role:admin',
    'p, dev, logs, get, [, allow',
  ]
  const found = validatePolicy(readAccessSettings({ 'policy.csv': csv.join('\n') }))
  expect(found.map(({ severity, origin }) => `${origin.line} ${severity}`)).toEqual([
    '2 warning',
    '3 error',
    '4 warning',
    '5 warning',
    '6 warning',
    '8 warning',
  ])
})

test('accounts', () => {
  const { accounts, warnings } = readAccounts({
    'accounts.ci': ' apiKey , fly',
    'accounts.bob': 'apiKey, login',
    'accounts.bob.enabled': 'false',
    'accounts.a.b.c': 'login',
    'admin.enabled': 'False',
    url: 'https://x',
  })
  expect(accounts).toEqual([
    { name: 'admin', enabled: false, capabilities: ['login'] },
    { name: 'bob', enabled: false, capabilities: ['apiKey', 'login'] },
    { name: 'ci', enabled: true, capabilities: ['apiKey'] },
  ])
  expect(warnings).toEqual([
    'accounts.a.b.c: the name of an account has no dot',
    'accounts.ci: "fly" is neither login nor apiKey',
  ])
  expect(() => readAccounts({ 'accounts.bob.enabled': 'yes' })).toThrow(/Cannot read accounts.bob.enabled of argocd-cm/)
})

const model = `
[request_definition]
r = sub, res, act, obj
[policy_definition]
p = sub, res, act, obj, eft
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = g(r.sub, p.sub) && glob(r.res, p.res) && glob(r.act, p.act) && glob(r.obj, p.obj)
`

async function casbin(csv: string): Promise<Casbin> {
  const enforcer = await newEnforcer(newModelFromString(model), new StringAdapter(csv))
  await enforcer.addFunction('glob', (text: string, pattern: string) => matchGlob(pattern, text))
  return enforcer
}

test('decisions are those of casbin', async () => {
  const name = fc.constantFrom('alice', 'bob', 'role:a', 'role:b', 'role:c')
  const resource = fc.constantFrom('applications', 'logs')
  const action = fc.constantFrom('get', 'sync', 'delete/apps/Deployment/a/b')
  const object = fc.constantFrom('team/web', 'team/ns/web', 'other/db')
  const permission = fc
    .tuple(
      name,
      fc.oneof(resource, fc.constantFrom('*', 'app*')),
      fc.oneof(action, fc.constantFrom('*', 'delete/*')),
      fc.oneof(object, fc.constantFrom('*', 'team/*', '*/web')),
      fc.constantFrom('allow', 'allow', 'deny'),
    )
    .map((words) => `p, ${words.join(', ')}`)
  const member = fc.tuple(name, name).map(([from, to]) => `g, ${from}, ${to}`)
  const policy = fc.array(fc.oneof({ weight: 3, arbitrary: permission }, member), { minLength: 1, maxLength: 12 })
  // Without any permission casbin compares the request with an empty line; there is nothing to learn from that.
  const some = policy.filter((lines) => lines.some((line) => line.startsWith('p')))
  await fc.assert(
    fc.asyncProperty(
      some,
      fc.array(fc.tuple(name, resource, action, object), { minLength: 1, maxLength: 8 }),
      async (lines, requests) => {
        const theirs = await casbin(lines.join('\n'))
        const ours = createEnforcer(parsePolicy(lines.join('\n'), 'policy.csv').lines, 'glob')
        for (const [sub, res, act, obj] of requests) {
          const expected = await theirs.enforce(sub, res, act, obj)
          expect(ours.decide(sub, { resource: res, action: act, object: obj }).allowed).toBe(expected)
        }
      },
    ),
    { numRuns: 200 },
  )
})
