/** `project`, `windows` and `rbac` as a person types them: files in, text and exit code out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './program.ts'

const project = `apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: { name: team }
spec:
  sourceRepos: ['https://git.example.com/team/*']
  destinations:
  - { namespace: '!kube-system', server: '*' }
  syncWindows:
  - { kind: deny, schedule: '0 22 * * *', duration: 8h, timeZone: Europe/Berlin, applications: ['shop*'], manualSync: true }
  roles:
  - { name: ci, policies: ['p, proj:team:ci, applications, sync, team/*, allow'] }
`
const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: shop }
spec:
  project: team
  source: { repoURL: 'https://git.example.com/other/shop.git', path: . }
  destination: { server: 'https://kubernetes.default.svc', namespace: shop }
`
const accessMap = `apiVersion: v1
kind: ConfigMap
metadata: { name: argocd-rbac-cm }
data:
  policy.default: role:readonly
  policy.csv: |
    p, role:dev, applications, sync, team/*, allow
  policy.more.csv: |
    g, alice, role:dev
`
const files: Readonly<Record<string, string>> = {
  'team.yaml': project,
  'shop.yaml': application,
  'access.yaml': accessMap,
  'policy.csv': 'p, role:dev, applications, sync, team/*, allow\n',
  'broken.csv': 'p, role:dev, applications\n',
  'broken.yaml': project.replace('0 22 * * *', '0 22 * *'),
  'windows.jsonl':
    '{"app":"shop","at":"2026-03-29T01:30:00Z"}\n\n{"app":"api","at":"2026-03-29T01:30:00Z"}\n{"at":"x"}\n',
}

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'halcyon-policy-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** File names are those of the table; words are split at spaces. */
async function run(line: string): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const code = await runCli(
    {
      version: '',
      runUp: async () => 0,
      runSandbox: async () => 0,
      renderLocal: async () => '',
      io: {
        stdout: { write: (text) => (out += text) },
        stderr: { write: (text) => (err += text) },
        env: {},
        home: '/nowhere',
        now: () => Date.parse('2026-01-15T23:00:00Z'),
        after: () => () => {},
      },
    },
    line.split(' ').map((word) => (Object.hasOwn(files, word) ? join(directory, word) : word)),
  )
  return { code, out, err }
}

test.each([
  [
    'project permits -f team.yaml --source-repo https://git.example.com/team/shop.git',
    0,
    /^permitted {2}sourceRepos\[0\]/,
  ],
  ['project permits -f team.yaml --destination-namespace kube-system', 1, /^denied {2}destinations\[0\]/],
  ['project permits -f team.yaml --kind ConfigMap --namespace web', 0, /^permitted {2}namespaceResourceWhitelist/],
  ['project permits -f team.yaml --kind Namespace --name web', 1, /^denied {2}clusterResourceWhitelist/],
  ['project permits -f team.yaml --application shop.yaml', 1, /^denied {5}sourceRepos /m],
  [
    'project permits -f team.yaml --project nobody --source-repo x',
    2,
    /Cannot find AppProject nobody: the files hold team/,
  ],
  ['project permits -f team.yaml', 2, /Cannot answer: nothing is asked/],
  ['project permits -f nothing.yaml --source-repo x', 2, /Cannot read nothing.yaml/],
  ['project validate -f team.yaml', 0, /^team: valid$/m],
  ['project validate -f broken.yaml', 1, /^team: Cannot read syncWindows\[0\].*wanted are five fields, found 4$/m],
  ['windows -f team.yaml --app shop', 1, /^shop may sync only by hand at 2026-01-15T23:00:00.000Z$/m],
  ['windows -f team.yaml --app shop --manual', 0, /by hand {4}yes/],
  ['windows -f team.yaml --app shop --at 2026-07-15T19:59:00Z', 0, /closes 2026-07-15T20:00:00.000Z/],
  ['windows -f team.yaml --app shop.yaml --at 2026-03-29T04:30:00Z', 1, /opens 2026-03-29T05:00:00.000Z/],
  ['windows -f team.yaml --app shop.yaml --at 2026-03-29T04:30:00Z --strict', 0, /^shop may sync at/],
  ['windows -f team.yaml --app api', 0, /no window concerns it/],
  ['windows -f broken.yaml --app shop', 2, /^Cannot read syncWindows\[0\]/],
  ['windows -f broken.yaml --app api', 0, /no window concerns it/],
  ['windows -f team.yaml --app shop --at tomorrow', 2, /Cannot read "tomorrow" as a time/],
  ['rbac can role:dev sync applications team/shop --policy-file policy.csv', 0, /^Yes$/m],
  ['rbac can role:dev sync app other/shop --policy-file policy.csv', 1, /^No$/m],
  ['rbac can alice sync app team/shop --policy-file access.yaml', 0, /^ {2}policy.csv:1 allows it/m],
  ['rbac can anybody get cluster x --policy-file access.yaml', 0, /the default role role:readonly: built-in:4/],
  ['rbac can anybody get cluster x --policy-file policy.csv --default-role role:admin', 0, /^Yes$/m],
  ['rbac can admin get app --policy-file policy.csv', 0, /^Yes$/m],
  ['rbac can admin get app --policy-file policy.csv --no-builtin-policy', 1, /^No$/m],
  [
    'rbac can proj:team:ci sync app team/shop --policy-file policy.csv --project-file team.yaml',
    0,
    /project team:2 allows it/,
  ],
  ['rbac can role:dev fly app team/shop --policy-file policy.csv', 2, /"fly" is no action of applications/],
  ['rbac can role:dev fly app team/shop --policy-file policy.csv --no-strict', 1, /^No$/m],
  ['rbac can role:dev sync app x --policy-file broken.csv', 2, /policy.csv:1 "p, role:dev, applications": wanted is/],
  ['rbac validate --policy-file access.yaml', 0, /^Policy is valid\.$/m],
  ['rbac validate --policy-file broken.csv', 1, /^ {2}policy.csv:1 {2}error/m],
])('halcyon %s: %i', async (line, code, text) => {
  const found = await run(line)
  expect(found).toMatchObject({ code })
  expect(found.out + found.err).toMatch(text)
})

test('a batch answers line by line, and one bad line does not stop the others', async () => {
  const { code, out } = await run('windows -f team.yaml --batch windows.jsonl')
  const answers = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(code).toBe(2)
  expect(answers.map((answer) => answer.error?.reason ?? answer.automated.rule)).toEqual([
    'deny',
    'no-window',
    'UsageInvalid',
  ])
})
