/** Golden texts of what people read. Review a change here like a change of code. */
import { expect, test } from 'vitest'
import { shortRevision } from '../../api/verdict/revision.ts'
import type { ApplicationDetail, EventView, HistoryView, PlanView, WhyView } from '../../api/views.ts'
import { applicationTable } from './application-table.ts'
import { diffLines, hasDifferences } from './diff.ts'
import { eventLine } from './events.ts'
import { ago, application, degraded, now, operation, syncing } from './example-views.ts'
import { historyLines } from './history.ts'
import { onceExitCode, onceReport, onceText } from './once.ts'
import { readyLines, shellPath } from './ready-screen.ts'
import { applicationLines } from './resource-table.ts'
import { statusLines } from './status.ts'
import { noStyle, styleFor } from './style.ts'
import { whyLines } from './why.ts'

const options = { now, style: noStyle, width: 100 }
const lines = (text: readonly string[]) => `\n${text.join('\n')}\n`

const fleet = [
  application('fleet'),
  syncing(),
  degraded(),
  application('billing', {
    sync: { status: 'OutOfSync', since: ago(4 * 3600) },
    automated: { enabled: false, prune: false, selfHeal: false },
  }),
  application('reports', {
    sync: { status: 'Unknown', since: ago(180) },
    reason: 'RenderFailed',
    message: 'Cannot render reports: helm: values.yaml:31: expected a mapping,\n got a list',
  }),
]

test('status says first how many need a person, then names them with a command', () => {
  expect(lines(statusLines(fleet, options))).toMatchInlineSnapshot(`
    "
    2 need you   1 shipping   1 waiting   1 quiet                               5 applications, 41 s old
      shop-production  Degraded   22 min  Pod shop/web-6f9c: ImagePullBackOff:
                                          registry.example.com/shop/web:v1.9.1 not found
        halcyon why shop-production
      reports          Unknown    3 min   Cannot render reports: helm: values.yaml:31: expected a
                                          mapping, got a list
        halcyon why reports
      shop-staging     Syncing    12 s    wave 2 (step 2 of 3): waiting for Deployment shop/web: 1 of 3
                                          replicas ready
      billing          OutOfSync  4 h     automatic sync is off
        halcyon sync billing
    "
  `)
})

test('a parent that is unwell only because of a child waits for it, and asks nobody', () => {
  const parent = (name: string, child: string, changes = {}) =>
    application(name, { health: { status: 'Degraded', since: ago(60), message: `Application ${child}` }, ...changes })
  const root = parent('fleet', 'platform')
  const platform = parent('platform', 'queue', { parent: 'fleet' })
  const queue = { ...degraded('queue'), parent: 'platform' }
  expect(lines(statusLines([root, platform, queue], options))).toMatchInlineSnapshot(`
    "
    1 needs you   2 waiting                                                     3 applications, 41 s old
      queue     Degraded  22 min  Pod shop/web-6f9c: ImagePullBackOff:
                                  registry.example.com/shop/web:v1.9.1 not found
        halcyon why queue
      fleet     Degraded  60 s    because of platform
      platform  Degraded  60 s    because of queue
    "
  `)
  const own = parent('fleet', 'platform', { reason: 'RenderFailed', message: 'Cannot render fleet' })
  expect(statusLines([own, platform, queue], options)[0], 'its own failure counts').toMatch(/^2 need you/)
})

test('status of a quiet fleet is one line', () => {
  expect(statusLines([application('a'), application('b')], options)).toEqual(['All quiet: 2 applications, 41 s old'])
  expect(statusLines([], options)).toEqual(['No applications.'])
})

test('status fits 80 columns', () => {
  for (const line of statusLines(fleet, { ...options, width: 80 })) expect(line.length).toBeLessThanOrEqual(80)
})

test('the table has one line for each application', () => {
  expect(lines(applicationTable(fleet, { ...options, header: true }))).toMatchInlineSnapshot(`
    "
    NAME             SYNC       HEALTH       REVISION  AGE
    fleet            Synced     Healthy      9f2c1ab   60 min
    shop-staging     OutOfSync  Progressing  9f2c1ab   12 s    wave 2 (step 2 of 3): waiting for Depl...
    shop-production  Synced     Degraded     9f2c1ab   22 min  Pod shop/web-6f9c: ImagePullBackOff: r...
    billing          OutOfSync  Healthy      9f2c1ab   60 min
    reports          Unknown    Healthy      9f2c1ab   3 min   Cannot render reports: helm: values.ya...
    "
  `)
})

const why: WhyView = {
  application: 'shop-production',
  headline: 'shop-production is Degraded since 01:52 (22 min): its new pods cannot pull their image.',
  sync: { status: 'Synced', since: ago(1500) },
  health: { status: 'Degraded', since: ago(22 * 60) },
  cause: {
    ref: { group: '', kind: 'Pod', namespace: 'shop', name: 'web-6f9c-x' },
    chain: [
      { group: '', kind: 'Pod', namespace: 'shop', name: 'web-6f9c-x' },
      { group: 'apps', kind: 'ReplicaSet', namespace: 'shop', name: 'web-6f9c' },
      { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' },
    ],
    reason: 'ImagePullBackOff',
    message: 'registry.example.com/shop/web:v1.9.1 not found',
  },
  change: {
    sha: '7c31e0d4d77b027c31e0d1b22f015e0a9c177aa0',
    subject: 'Bump web\u001b[2J to v1.9.1',
    author: 'Ada',
    at: ago(27 * 60),
    paths: ['shop/overlays/production/kustomization.yaml', 'shop/base/frontend.yaml'],
    liveBefore: 'v1.9.0, healthy for 6 days',
  },
  impact: ['3 of 3 old pods still serve; the rollout is stuck'],
  tried: ['retried 3 times; next look 02:19'],
  next: [
    { command: 'halcyon history shop-production', effect: 'which revision was the last good one' },
    { command: 'git revert 7c31e0d && git push', effect: 'back to v1.9.0' },
  ],
}

test('why answers first, then shows evidence, then what to do', () => {
  expect(lines(whyLines(why, options))).toMatchInlineSnapshot(`
    "
    shop-production is Degraded since 01:52 (22 min): its new pods cannot pull their image.

      cause     Pod shop/web-6f9c-x (ReplicaSet web-6f9c, Deployment web)
                ImagePullBackOff: registry.example.com/shop/web:v1.9.1 not found
      change    7c31e0d "Bump web to v1.9.1", Ada, 27 min ago
                shop/overlays/production/kustomization.yaml and 1 more
                live before: v1.9.0, healthy for 6 days
      impact    3 of 3 old pods still serve; the rollout is stuck
      tried     retried 3 times; next look 02:19

      do one of
        halcyon history shop-production    which revision was the last good one
        git revert 7c31e0d && git push     back to v1.9.0
    "
  `)
})

test('why of a healthy application is one line', () => {
  const { cause: _, change: __, ...rest } = why
  const headline = 'blog is Healthy since yesterday.'
  expect(whyLines({ ...rest, headline, impact: [], tried: [], next: [] }, options)).toEqual([headline])
})

const plan: PlanView = {
  application: 'shop-staging',
  revision: '1b22f01',
  changes: [
    {
      action: 'update',
      ref: { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' },
      phase: 'Sync',
      wave: 0,
      reason: 'changed in 1b22f01',
      fields: [],
    },
  ],
  text: '~ Deployment shop/web  wave 0   changed in 1b22f01\n    spec.replicas   2 -> 3\n\n1 change.\n',
}
const empty: PlanView = { application: 'blog', revision: '1b22f01', changes: [], text: '' }

test('diff of one application is its plan as it stands', () => {
  expect(diffLines([plan], noStyle).join('\n')).toBe(plan.text.trimEnd())
  expect(diffLines([empty], noStyle)).toEqual(['blog: no differences'])
})

test('diff of several has headings and counts the ones that do not differ', () => {
  expect(lines(diffLines([plan, empty], noStyle))).toMatchInlineSnapshot(`
    "
    shop-staging
      ~ Deployment shop/web  wave 0   changed in 1b22f01
          spec.replicas   2 -> 3

      1 change.

    1 of 2 applications differ, 1 do not
    "
  `)
  expect(diffLines([empty], noStyle)).toEqual(['blog: no differences'])
  expect(diffLines([], noStyle)).toEqual(['No differences.'])
})

test('hooks alone are no difference', () => {
  expect(hasDifferences({ ...plan, changes: [{ ...plan.changes[0]!, action: 'hook' }] })).toBe(false)
  expect(hasDifferences({ ...plan, changes: [{ ...plan.changes[0]!, action: 'skip' }] })).toBe(true)
})

test('history tells a success by its commit and a failure by what went wrong', () => {
  const entry: HistoryView = {
    id: 8,
    revision: '9f2c1ab4d77b027c31e0d1b22f015e0a9c177aa0',
    bundle: 'sha256:ab',
    startedAt: ago(70),
    finishedAt: ago(63.6),
    phase: 'Succeeded',
    message: '3 objects',
    initiatedBy: 'automated',
    changes: 3,
    commit: { sha: '9f2c1ab', subject: 'More replicas', author: 'Ada', at: ago(100) },
  }
  const failed: HistoryView = { ...entry, id: 7, phase: 'Failed', message: 'hook Job shop/migrate failed: exit 1' }
  expect(lines(historyLines([entry, failed], options))).toMatchInlineSnapshot(`
    "
    ID  REVISION  AGE   TOOK   PHASE      CHANGES  BY
    8   9f2c1ab   63 s  6.4 s  Succeeded  3        automated  "More replicas", Ada
    7   9f2c1ab   63 s  6.4 s  Failed     3        automated  hook Job shop/migrate failed: exit 1
    "
  `)
})

test('an event is one line; the date is there only when it is not today', () => {
  const event: EventView = {
    seq: 1,
    at: ago(10),
    type: 'SyncSucceeded',
    application: 'shop-production',
    message: '3 objects\nin 2 waves',
  }
  const utc = { ...options, timeZone: 'UTC' }
  expect(eventLine(event, utc)).toBe('02:13:50  shop-production     SyncSucceeded     3 objects in 2 waves')
  expect(eventLine({ ...event, at: ago(86_400) }, utc)).toMatch(/^2026-11-15 02:14:00 {2}/)
})

test('get of one application shows its facts and its objects', () => {
  const detail: ApplicationDetail = {
    ...degraded(),
    warnings: ['values.yaml:3: key "image" is repeated, the last one wins'],
    lastChange: { sha: '9f2c1ab4d77b027c31e0d1b22f015e0a9c177aa0', subject: 'Bump', author: 'Ada', at: ago(1500) },
    resources: [
      {
        ref: { group: '', kind: 'Namespace', namespace: '', name: 'shop' },
        sync: 'Synced',
        health: '',
        message: '',
        phase: 'Sync',
        wave: 0,
        hook: false,
      },
      {
        ref: { group: 'batch', kind: 'Job', namespace: 'shop', name: 'migrate' },
        sync: 'Synced',
        health: 'Healthy',
        message: '',
        phase: 'PreSync',
        wave: 0,
        hook: true,
      },
      {
        ref: { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' },
        sync: 'Synced',
        health: 'Degraded',
        message: '0 of 3 new replicas ready',
        phase: 'Sync',
        wave: 2,
        hook: false,
      },
    ],
  }
  expect(lines(applicationLines(detail, options))).toMatchInlineSnapshot(`
    "
    shop-production: Pod shop/web-6f9c: ImagePullBackOff: registry.example.com/shop/web:v1.9.1 not found
      sync         Synced for 60 min
      health       Degraded for 22 min
      revision     9f2c1ab
      source       https://git.example.com/halcyon/fleet.git shop-production at main
      destination  sandbox / shop-production
      automatic    sync, self-heal, prune
      warning      values.yaml:3: key "image" is repeated, the last one wins
      last change  9f2c1ab "Bump", Ada, 25 min ago

      OBJECT               SYNC    HEALTH    WHEN
      Namespace shop       Synced  -         wave 0
      Job shop/migrate     hook    Healthy   PreSync
      Deployment shop/web  Synced  Degraded  wave 2   0 of 3 new replicas ready
    "
  `)
})

const ready = {
  services: [{ name: 'sandbox cluster', state: 'ready' as const, detail: 'https://127.0.0.1:41573' }],
  applications: [application('fleet'), application('blog')],
  objects: 63,
  elapsedMs: 6400,
  kubeconfig: '/home/ada/.halcyon/sandbox.kubeconfig',
  demoClone: '/home/ada/.halcyon/demo/fleet',
  home: '/home/ada',
}

test('the ready screen answers, and shows three things to try', () => {
  expect(lines(readyLines(ready, { ...options, width: 120 }))).toMatchInlineSnapshot(`
    "
      sandbox cluster                  ready  https://127.0.0.1:41573

      2 applications, 63 objects
      fleet  Synced  Healthy  9f2c1ab  60 min
      blog   Synced  Healthy  9f2c1ab  60 min

      All quiet: 2 of 2 healthy after 6.4 s.

      Try:  cd ~/.halcyon/demo/fleet && \${EDITOR:-vi} shop/overlays/staging/kustomization.yaml && git commit -am "More replicas" && git push
            git cherry-pick origin/broken-image && git push      # break something, then: halcyon why shop-staging
            export KUBECONFIG=~/.halcyon/sandbox.kubeconfig && kubectl get pods -A
    "
  `)
})

test('the ready screen of a fleet that is not well names what is not', () => {
  expect(
    lines(readyLines({ ...ready, applications: fleet, demoClone: undefined, kubeconfig: undefined }, options)),
  ).toMatchInlineSnapshot(`
    "
      sandbox cluster                  ready  https://127.0.0.1:41573

      5 applications, 63 objects
      fleet            Synced     Healthy      9f2c1ab  60 min
      shop-staging     OutOfSync  Progressing  9f2c1ab  12 s    wave 2 (step 2 of 3): waiting for Dep...
      shop-production  Synced     Degraded     9f2c1ab  22 min  Pod shop/web-6f9c: ImagePullBackOff:...
      billing          OutOfSync  Healthy      9f2c1ab  60 min
      reports          Unknown    Healthy      9f2c1ab  3 min   Cannot render reports: helm: values.y...

      1 of 5 healthy after 6.4 s:
        shop-production  Degraded   22 min  Pod shop/web-6f9c: ImagePullBackOff:
                                            registry.example.com/shop/web:v1.9.1 not found
          halcyon why shop-production
        reports          Unknown    3 min   Cannot render reports: helm: values.yaml:31: expected a
                                            mapping, got a list
          halcyon why reports
        shop-staging     Syncing    12 s    wave 2 (step 2 of 3): waiting for Deployment shop/web: 1 of
                                            3 replicas ready
        billing          OutOfSync  4 h     automatic sync is off
          halcyon sync billing

      Try:  halcyon why shop-staging
            halcyon status
    "
  `)
})

test('a path can be copied into a shell', () => {
  expect(shellPath('/home/ada/.halcyon/x', '/home/ada')).toBe('~/.halcyon/x')
  expect(shellPath("/home/ada/my dir/it's", '/home/ada')).toBe(`~/'my dir/it'\\''s'`)
  expect(shellPath('/data/x', '/home/ada')).toBe('/data/x')
})

test('the report of --once is the stable document', () => {
  const outcome = {
    applications: [degraded()],
    renders: 3,
    requests: { mutating: 12, other: 40 },
    elapsedMs: 6412.4,
  }
  expect(onceReport(outcome)).toEqual({
    applications: [
      {
        name: 'shop-production',
        sync: 'Synced',
        health: 'Degraded',
        revision: '9f2c1ab4d77b027c31e0d1b22f015e0a9c177aa0',
        reason: 'HealthDegraded',
        message: '',
      },
    ],
    renders: 3,
    requests: { mutating: 12, other: 40 },
    seconds: 6.412,
  })
  expect(JSON.parse(onceText(outcome, 'json', options))).toEqual(onceReport(outcome))
  expect(onceText(outcome, 'table', options)).toContain(
    '0 of 1 synced and healthy after 6.4 s; 3 renders, 12 writes, 40 reads',
  )
})

test('--once is content with suspended applications, and with none', () => {
  expect(onceExitCode([])).toBe(0)
  expect(onceExitCode([application('a', { health: { status: 'Suspended', since: ago(1) } })])).toBe(0)
  expect(onceExitCode([application('a'), degraded()])).toBe(1)
  expect(onceExitCode([application('a', { sync: { status: 'OutOfSync', since: ago(1) } })])).toBe(1)
})

test('a failed sync that tries again says when', () => {
  const failing = application('shop', {
    sync: { status: 'OutOfSync', since: ago(60) },
    reason: 'ApplyRefused',
    message: 'Cannot apply Service shop/web: port is taken',
    operation: operation({ phase: 'Failed', attempts: 2, retryAt: ago(-90) }),
  })
  expect(statusLines([failing], options).join('\n')).toMatch(/port is taken; next try \d\d:\d\d/)
})

test('revisions are short where that is safe', () => {
  expect(
    ['9f2c1ab4d77b027c31e0d1b22f015e0a9c177aa0', `sha256:${'ab'.repeat(32)}`, '1.2.3', ''].map(shortRevision),
  ).toEqual(['9f2c1ab', 'sha256:abababa', '1.2.3', '-'])
})

test('colours are for terminals that want them', () => {
  expect(styleFor(true, {}).bad('x')).toContain('\u001b[31m')
  expect(styleFor(false, {}).bad('x')).toBe('x')
  expect(styleFor(true, { NO_COLOR: '1' }).bad('x')).toBe('x')
  expect(styleFor(true, { TERM: 'dumb' }).bad('x')).toBe('x')
  expect(styleFor(false, { FORCE_COLOR: '1' }).bad('x')).toContain('\u001b[')
})
