/** Generates a fleet: n applications of four objects each in one bare repository, through `git fast-import`. Effects: git, files. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export interface BenchFleet {
  readonly bare: string
  readonly applications: number
  /** Commits a new value into one application's ConfigMap; resolves when the branch has moved. */
  change(index: number, value: string): Promise<void>
}

export function nameOf(index: number): string {
  return `app-${String(index).padStart(5, '0')}`
}

/** All applications share this many namespaces, as teams do. */
const namespaces = 20

export function namespaceOf(index: number): string {
  return `team-${index % namespaces}`
}

export async function generateFleet(directory: string, applications: number): Promise<BenchFleet> {
  const bare = join(directory, `fleet-${applications}.git`)
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', bare])
  const files: [path: string, text: string][] = []
  files.push([
    'apps/namespaces.yaml',
    Array.from({ length: namespaces }, (_, team) => namespaceManifest(team)).join('---\n'),
  ])
  for (let index = 0; index < applications; index++) {
    files.push([`apps/${nameOf(index)}.yaml`, applicationManifest(index, bare)])
    files.push([`manifests/${nameOf(index)}/workload.yaml`, workload(index)])
    files.push([`manifests/${nameOf(index)}/config.yaml`, config(index, 'initial')])
  }
  await fastImport(bare, files, 'Fleet')
  return {
    bare,
    applications,
    change: (index, value) =>
      fastImport(
        bare,
        [[`manifests/${nameOf(index)}/config.yaml`, config(index, value)]],
        `Set ${nameOf(index)} to ${value}`,
      ),
  }
}

/** One commit on main with these files on top of what is there. */
async function fastImport(bare: string, files: readonly [string, string][], message: string): Promise<void> {
  const child = spawn('git', ['--git-dir', bare, 'fast-import', '--quiet'], { stdio: ['pipe', 'ignore', 'inherit'] })
  const exists = hasMain(bare)
  const lines: (string | Buffer)[] = [
    `commit refs/heads/main\ncommitter Bench <bench@example.com> ${Math.floor(Date.now() / 1000)} +0000\n`,
  ]
  lines.push(data(message))
  if (exists) lines.push('from refs/heads/main^0\n')
  for (const [path, text] of files) lines.push(`M 100644 inline ${path}\n`, data(text))
  child.stdin.end(lines.join(''))
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`)
}

const started = new Set<string>()

function hasMain(bare: string): boolean {
  if (started.has(bare)) return true
  started.add(bare)
  return false
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`
}

function namespaceManifest(team: number): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team-${team}\n  annotations:\n    argocd.argoproj.io/sync-wave: "-1"\n`
}

function applicationManifest(index: number, bare: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${nameOf(index)}
  namespace: argocd
spec:
  project: default
  source:
    repoURL: ${bare}
    targetRevision: main
    path: manifests/${nameOf(index)}
  destination:
    server: https://kubernetes.default.svc
    namespace: ${namespaceOf(index)}
  syncPolicy:
    automated: { prune: true, selfHeal: true }
`
}

function config(index: number, value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${nameOf(index)}\ndata:\n  value: ${JSON.stringify(value)}\n`
}

export function workload(index: number): string {
  const name = nameOf(index)
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: { app: ${name} }
spec:
  replicas: 0
  selector:
    matchLabels: { app: ${name} }
  template:
    metadata:
      labels: { app: ${name} }
    spec:
      serviceAccountName: ${name}
      containers:
        - name: web
          image: registry.example.com/${name}:v1.0.0
          ports: [{ containerPort: 8080, name: http }]
          resources:
            requests: { cpu: 50m, memory: 64Mi }
            limits: { memory: 128Mi }
          readinessProbe:
            httpGet: { path: /healthz, port: http }
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector: { app: ${name} }
  ports: [{ port: 80, targetPort: http, name: http }]
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
`
}
