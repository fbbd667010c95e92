/** `node bench/access.ts [rules]`: RBAC decisions per second, ours and casbin's, on the same policy and requests. Prints a table. */
import { newEnforcer, newModelFromString, StringAdapter } from 'casbin'
import { matchGlob } from '../src/api/glob.ts'
import { createAccess } from '../src/delivery/access/access.ts'
import { readAccessSettings } from '../src/delivery/access/settings.ts'

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
const rules = Number(process.argv[2] ?? 1_000)
const teams = Math.ceil(rules / 10)
const lines = Array.from({ length: teams }, (_, team) => [
  ...['get', 'create', 'update', 'delete', 'sync', 'override', 'action/*'].map(
    (action) => `p, role:team-${team}, applications, ${action}, team-${team}/*, allow`,
  ),
  `p, role:team-${team}, applications, delete, team-${team}/prod-*, deny`,
  `p, role:team-${team}, logs, get, team-${team}/*, allow`,
  `g, user-${team}, role:team-${team}`,
]).flat()
const requests = Array.from({ length: 1_000 }, (_, index) => {
  const team = (index * 7) % teams
  const action = ['sync', 'delete', 'action/apps/Deployment/restart', 'get'][index % 4]!
  return {
    subject: `user-${team}`,
    resource: 'applications',
    action,
    object: `team-${team}/${index % 3 === 0 ? 'prod-' : ''}web`,
  }
})

const started = performance.now()
const access = createAccess({ settings: readAccessSettings({ 'policy.csv': lines.join('\n') }) })
const readMs = performance.now() - started
const ours = await rate(async () => {
  let allowed = 0
  for (const request of requests) if (access.decide(request.subject, [], request).allowed) allowed++
  return allowed
})
const enforcer = await newEnforcer(newModelFromString(model), new StringAdapter(lines.join('\n')))
await enforcer.addFunction('glob', (text: string, pattern: string) => matchGlob(pattern, text))
const theirs = await rate(async () => {
  let allowed = 0
  for (const { subject, resource, action, object } of requests.slice(0, 20))
    if (await enforcer.enforce(subject, resource, action, object)) allowed++
  return allowed
}, 20)
const oursAgain = requests.slice(0, 20).filter((request) => access.decide(request.subject, [], request).allowed).length
if (oursAgain !== theirs.allowed) throw new Error(`the two disagree: ${oursAgain} and ${theirs.allowed} allowed`)
console.table({
  halcyon: { rules: lines.length, 'read, ms': readMs.toFixed(1), 'decisions per second': Math.round(ours.perSecond) },
  casbin: { rules: lines.length, 'read, ms': '-', 'decisions per second': Math.round(theirs.perSecond) },
})

/** Rounds of `count` decisions for a second, after one to warm up. */
async function rate(
  round: () => Promise<number>,
  count = requests.length,
): Promise<{ perSecond: number; allowed: number }> {
  const allowed = await round()
  const start = performance.now()
  let rounds = 0
  while (performance.now() - start < 1_000) {
    await round()
    rounds++
  }
  return { perSecond: (rounds * count * 1_000) / (performance.now() - start), allowed }
}
