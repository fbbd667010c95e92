/** The same 501 objects by kubectl and by `halcyon up --once`, in alternating rounds, each on a fresh cluster. Effects: processes. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConnection } from '../src/kube/kubeconfig.ts'
import { unpacked } from '../src/pipeline/render/tools.ts'
import { workload } from './fleet.ts'
import { childrenCpuMs, median, start, until } from './process.ts'

const workloads = 167
const steps = ['first', 'unchanged', 'one changed'] as const
const contestants = ['kubectl', 'halcyon', 'halcyon, dry run off'] as const
type Contestant = (typeof contestants)[number]

interface Sample {
  readonly wallMs: number
  readonly cpuMs: number
}

/** Rows by contestant: medians with the range of wall time, and the median of CPU time, of the contestant's own process. */
export async function againstKubectl(rounds: number): Promise<Record<string, Record<string, string>>> {
  const directory = mkdtempSync(join(tmpdir(), 'halcyon-bench-'))
  try {
    const kubectl = await unpacked('kustomize', join(tmpdir(), 'halcyon-test-tools'))
    const samples = new Map<Contestant, Sample[][]>(contestants.map((one) => [one, []]))
    for (let round = 0; round < rounds; round++) {
      // Turned around every other time, so that nobody always comes after the same neighbour.
      for (const contestant of round % 2 === 0 ? contestants : contestants.toReversed()) {
        samples.get(contestant)?.push(await compete(contestant, join(directory, `${round}-${contestant}`), kubectl))
      }
    }
    return Object.fromEntries([...samples].map(([contestant, taken]) => [contestant, rowOf(taken)]))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function compete(contestant: Contestant, directory: string, kubectl: string): Promise<Sample[]> {
  const folder = join(directory, 'manifests')
  const kubeconfig = join(directory, 'kubeconfig')
  mkdirSync(folder, { recursive: true })
  const cluster = ['sandbox', '--port', '0', '--kubeconfig-out', kubeconfig, '--data', join(directory, 'cluster')]
  await using sandbox = start(cluster)
  await until('the sandbox', sandbox, () => loadConnection({ path: kubeconfig, env: {}, home: directory }))
  const [command = '', ...args] = commandOf(contestant, { folder, kubeconfig, data: join(directory, 'data'), kubectl })
  const env = { ...process.env, HALCYON_DRY_RUN: contestant === 'halcyon' ? 'on' : 'off' }
  const timed = (image: string): Sample => {
    writeFileSync(join(folder, 'all.yaml'), manifests(image))
    const [began, cpu] = [performance.now(), childrenCpuMs()]
    execFileSync(command, args, { stdio: 'ignore', env })
    return { wallMs: performance.now() - began, cpuMs: childrenCpuMs() - cpu }
  }
  return [timed(':v1.0.0'), timed(':v1.0.0'), timed(':v1.0.1')]
}

function commandOf(
  contestant: Contestant,
  at: { readonly folder: string; readonly kubeconfig: string; readonly data: string; readonly kubectl: string },
): readonly string[] {
  const { folder, kubeconfig, data, kubectl } = at
  if (contestant === 'kubectl') return [kubectl, '--kubeconfig', kubeconfig, 'apply', '--server-side', '-f', folder]
  const program = join(import.meta.dirname, '..', 'bin', 'halcyon.js')
  const target = ['--repo', folder, '--kubeconfig', kubeconfig, '--data', data]
  return [process.execPath, program, 'up', '--once', ...target]
}

function manifests(image: string): string {
  return Array.from({ length: workloads }, (_, index) =>
    index === 0 ? workload(index).replace(':v1.0.0', image) : workload(index),
  ).join('---\n')
}

function rowOf(taken: readonly Sample[][]): Record<string, string> {
  return Object.fromEntries(
    steps.map((step, index) => {
      const walls = taken.map((samples) => samples[index]?.wallMs ?? Number.NaN)
      const cpus = taken.map((samples) => samples[index]?.cpuMs ?? Number.NaN)
      const range = `${seconds(Math.min(...walls))}-${seconds(Math.max(...walls))}`
      return [step, `${seconds(median(walls))} s (${range}), CPU ${seconds(median(cpus))}`]
    }),
  )
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2)
}
