/** Command lines in, outcome out: exit code, stdout, stderr, and what was asked of the server. */
import { expect, test } from 'vitest'
import { HalcyonError } from '../api/errors.ts'
import type { ApplicationView, PlanView } from '../api/views.ts'
import type { HalcyonClient } from '../client/client.ts'
import { upOptions } from './commands/up.ts'
import type { CliHandlers, UpOptions } from './handlers.ts'
import { application, degraded, now, operation, syncing } from './output/example-views.ts'
import { runCli } from './program.ts'

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command line against a client of which only the given calls exist. Time passes only by waiting. */
async function run(
  args: string,
  client: Partial<HalcyonClient> = {},
  more: Partial<CliHandlers> = {},
): Promise<Outcome> {
  let out = ''
  let err = ''
  let time = now
  const handlers: CliHandlers = {
    version: '1.2.3',
    runUp: async () => 0,
    runSandbox: async () => 0,
    renderLocal: async (options) => `${JSON.stringify(options)}\n`,
    connect: async () => client as HalcyonClient,
    io: {
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (err += text) },
      env: {},
      home: '/home/ada',
      now: () => time,
      after(ms, callback) {
        const timer = setImmediate(() => {
          time += ms
          callback()
        })
        return () => clearImmediate(timer)
      },
    },
    ...more,
  }
  const code = await runCli(handlers, args === '' ? [] : args.split(' '))
  return { code, out, err }
}

const ready = async () => ({
  version: '1.2.3',
  applications: 1,
  sync: {},
  health: {},
  notReady: [] as string[],
  statistics: { renders: 0, requests: { mutating: 0, other: 0 } },
})
const detail = (view: ApplicationView) => ({ ...view, resources: [], warnings: [] })

const usage = [
  { args: 'up', want: 'Cannot start: give --repo URL-or-directory, or --demo' },
  { args: 'up --demo --repo .', want: 'Cannot start: --demo and --repo exclude each other' },
  { args: 'up --demo --path apps', want: 'Cannot start: --revision and --path need --repo' },
  { args: 'up --demo --context prod', want: 'Cannot start: the demo runs in the sandbox cluster' },
  { args: 'up --repo . --sandbox --kubeconfig f', want: 'Cannot start: --sandbox excludes' },
  { args: 'up --repo . --context c --fresh', want: 'Cannot start: --fresh empties the sandbox' },
  { args: 'up --repo . -o json', want: 'Cannot start: -o json and -o yaml need --once' },
  {
    args: 'up --repo . --deadline soon',
    want: "Cannot run halcyon up: option '--deadline <duration>' argument 'soon'",
  },
  { args: 'up --repo . --listen host', want: 'Wanted is an address such as 127.0.0.1:8420' },
  { args: 'status -o xml', want: 'Allowed choices are table, json, yaml' },
  { args: 'stats', want: "Cannot run halcyon: unknown command 'stats' (Did you mean status?)" },
  { args: 'why', want: "Cannot run halcyon why: missing required argument 'application'\n  see: halcyon why --help" },
  { args: 'sync', want: 'Cannot sync: name applications, or give --all' },
  { args: 'sync --all web', want: 'Cannot sync: name applications, or give --all' },
  { args: 'render', want: 'Cannot render: name an application or a file, or give --local' },
  { args: 'render web --path x', want: 'Cannot render web: --repo and --path need --local' },
  { args: '', want: 'Usage: halcyon' },
]
for (const { args, want } of usage) {
  test(`halcyon ${args}: exit code 2, and why on stderr`, async () => {
    const { code, out, err } = await run(args)
    expect(err).toContain(want)
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })
}

test('help and version are answers: stdout, exit code 0', async () => {
  expect(await run('--version')).toEqual({ code: 0, out: '1.2.3\n', err: '' })
  const help = await run('help up')
  expect(help).toMatchObject({ code: 0, err: '' })
  expect(help.out).toContain('Examples:')
})

test('up hands over what was asked for, with defaults', async () => {
  let seen: UpOptions | undefined
  const { code } = await run(
    'up --repo . --path k8s --deadline 1h30m --listen :9000',
    {},
    {
      runUp: async (options) => {
        seen = options
        return 1
      },
    },
  )
  expect(code).toBe(1)
  expect(seen).toEqual({
    repo: '.',
    revision: undefined,
    path: 'k8s',
    demo: false,
    cluster: undefined,
    once: false,
    readOnly: false,
    listen: { host: '127.0.0.1', port: 9000 },
    dataDir: '/home/ada/.halcyon',
    fresh: false,
    deadlineMs: 5_400_000,
    pollMs: undefined,
    settings: undefined,
    plugins: undefined,
    output: 'table',
  })
})

test('a context alone means the own kubeconfig, and HALCYON_DATA the data directory', () => {
  const options = upOptions(
    { repo: '.', context: 'prod', output: 'table' },
    { env: { HALCYON_DATA: '/data' }, home: '/h' },
  )
  expect(options).toMatchObject({ cluster: { kubeconfig: '', context: 'prod' }, dataDir: '/data' })
})

test('status: exit code 0 when all is quiet, 1 when not, 2 when it cannot know', async () => {
  expect(await run('status', { applications: async () => [application('a')], status: ready })).toEqual({
    code: 0,
    out: 'All quiet: 1 application, 41 s old\n',
    err: '',
  })
  const bad = await run('status', { applications: async () => [application('a'), degraded()], status: ready })
  expect(bad.code).toBe(1)
  expect(bad.out).toMatch(/^1 needs you {3}1 quiet/)
  const away = await run('status', {
    applications: async () => {
      throw new HalcyonError('ServerUnreachable', 'Cannot reach halcyon: no process\u001b[2J runs')
    },
    status: ready,
  })
  expect(away).toEqual({ code: 2, out: '', err: 'Cannot reach halcyon: no process runs\n' })
})

test('a defect says so, without a stack unless asked', async () => {
  const broken = {
    why: async () => {
      throw new TypeError('x is undefined')
    },
  }
  expect(await run('why a', broken)).toMatchObject({
    code: 2,
    err: 'Cannot finish: x is undefined\n  this is a defect in halcyon; HALCYON_DEBUG=1 shows where\n',
  })
})

test('diff: all that are not Synced, exit code 1 when something differs', async () => {
  const asked: string[] = []
  const plan = async (name: string): Promise<PlanView> => {
    asked.push(name)
    const ref = { group: '', kind: 'Service', namespace: 'x', name: 'y' }
    const change = { action: 'create' as const, ref, phase: 'Sync' as const, wave: 0, reason: 'new', fields: [] }
    return { application: name, revision: '', changes: [change], text: '+ Service x/y\n' }
  }
  const applications = async () => [application('quiet'), syncing('busy')]
  expect(await run('diff', { applications, plan })).toEqual({ code: 1, out: '+ Service x/y\n', err: '' })
  expect(asked).toEqual(['busy'])
  const none = await run('diff', { applications: async () => [application('quiet')], plan })
  expect(none).toEqual({ code: 0, out: 'No differences.\n', err: '' })
})

test('diff --local exists only where something can answer it', async () => {
  expect((await run('diff --local')).err).toContain("unknown option '--local'")
  const diffLocal = async () => [{ application: 'x', revision: '', changes: [], text: '' }]
  expect(await run('diff --local --path k8s', {}, { diffLocal })).toMatchObject({ code: 0, out: 'x: no differences\n' })
})

test('render: a file and --local need no server; -o json converts', async () => {
  const connect = () => Promise.reject(new Error('asked the server'))
  const file = await run('render apps/web.yaml', {}, { connect })
  expect(JSON.parse(file.out)).toMatchObject({ file: 'apps/web.yaml', repo: '.', reveal: false })
  const local = await run('render web --local --repo r --path apps', {}, { connect })
  expect(JSON.parse(local.out)).toMatchObject({ app: 'web', repo: 'r', path: 'apps' })
  const manifests = async () => 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n---\n'
  expect(JSON.parse((await run('render web -o json', { manifests })).out)).toEqual([
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } },
  ])
  expect((await run('render web -o table', { manifests })).out).toContain('v1          Service             web')
})

test('sync waits for the operation and then for health; a newer operation that takes over counts', async () => {
  const healthy = application('web', { operation: operation({ id: 'op-2', phase: 'Succeeded' }) })
  const views = [syncing('web'), { ...healthy, health: { status: 'Progressing' as const, since: '' } }, healthy]
  const { code, out, err } = await run('sync web --no-prune', {
    sync: async (_, request) => {
      expect(request).toEqual({ prune: false })
      return operation()
    },
    application: async () => detail(views.length > 1 ? views.shift()! : views[0]!),
  })
  expect({ code, err: err.split('\n')[0] }).toEqual({
    code: 0,
    err: 'web: OutOfSync Progressing, wave 2 (step 2 of 3): waiting for Deployment shop/web: 1 of 3 replicas ready',
  })
  expect(out).toContain('web   Synced  Healthy')
})

test('sync: exit code 1 when the operation failed, 2 when waiting ended first', async () => {
  const failed = application('web', { operation: operation({ phase: 'Failed' }) })
  const sync = async () => operation()
  expect(await run('sync web', { sync, application: async () => detail(failed) })).toMatchObject({ code: 1 })
  const never = await run('sync web --timeout 5s', { sync, application: async () => detail(syncing('web')) })
  expect(never.code).toBe(2)
  expect(never.err).toContain('Cannot wait longer for web: the sync goes on; see: halcyon status')
})

test('events --decisions: what was decided, oldest first, and not mixed with events', async () => {
  const decision = (id: number, outcome: string) => ({
    id,
    at: '2026-01-01T00:00:00.000Z',
    application: 'web',
    rule: 'retry',
    inputs: { failed: id },
    outcome,
    reason: `retry ${id} of 5`,
  })
  const asked: unknown[] = []
  const decisions: HalcyonClient['decisions'] = async (filter) => {
    asked.push(filter)
    return [decision(2, 'start'), decision(1, 'wait')]
  }
  const table = await run('events web --decisions -n 2', { decisions })
  expect(table.out).toMatch(/web +retry +wait +retry 1 of 5\n.*web +retry +start +retry 2 of 5\n$/)
  expect(asked).toEqual([{ limit: 2, application: 'web' }])
  const json = await run('events --decisions -o json', { decisions })
  expect(JSON.parse(json.out)).toMatchObject([{ inputs: { failed: 1 } }, { inputs: { failed: 2 } }])
  expect(await run('events web --decisions -f', { decisions })).toMatchObject({
    code: 2,
    err: expect.stringContaining('--decisions excludes --follow'),
  })
})

test('events: oldest first, the newest ones; with -f one JSON document for each line', async () => {
  const event = (seq: number) => ({ seq, at: '', type: 'Rendered', application: 'web', message: `number ${seq}` })
  const events: HalcyonClient['events'] = async (filter) => {
    expect(filter).toEqual({ application: 'web', limit: 2, newestFirst: true })
    return [event(2), event(1)]
  }
  const follow: HalcyonClient['follow'] = async function* (filter) {
    expect(filter).toEqual({ application: 'web', after: 2 })
    yield event(3)
  }
  const once = await run('events web -n 2', { events })
  expect(once.out.indexOf('number 1')).toBeLessThan(once.out.indexOf('number 2'))
  const followed = await run('events web -n 2 -f -o json', { events, follow })
  expect(
    followed.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).seq),
  ).toEqual([1, 2, 3])
})
