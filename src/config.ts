/** From the checked command line and the environment to a configuration. With `main.ts`, the only reader of the environment. */
import { HalcyonError } from './api/errors.ts'
import type { UpOptions } from './cli/handlers.ts'
import type { Format } from './cli/output/structured.ts'

export interface Config {
  readonly dataDir: string
  /** Undefined = the demo repository. */
  readonly repo: string | undefined
  readonly revision: string
  readonly path: string | undefined
  readonly cluster:
    | { readonly kind: 'sandbox'; readonly fresh: boolean }
    | { readonly kind: 'kubeconfig'; readonly path: string | undefined; readonly context: string | undefined }
  readonly once: boolean
  readonly readOnly: boolean
  /** Port 0 = any free one; `fallback`: take any free one when the wanted port is taken. */
  readonly listen: { readonly host: string; readonly port: number; readonly fallback: boolean }
  readonly output: Format
  readonly deadlineMs: number
  readonly dryRun: boolean
  readonly pollIntervalMs: number
  readonly waveDelayMs: number
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly otlpEndpoint: string | undefined
  readonly webhookSecret: string | undefined
  /** The ConfigMap `argocd-cm` in a file; undefined = the one in the cluster. */
  readonly settingsFile: string | undefined
  /** The folder of config management plug-ins; undefined = there are none. */
  readonly pluginsFolder: string | undefined
  readonly tools: { readonly helm?: string; readonly kustomize?: string }
}

export type Environment = Readonly<Record<string, string | undefined>>

const logLevels = ['debug', 'info', 'warn', 'error'] as const
const minute = 60_000

/** Throws HalcyonError ConfigInvalid naming the variable, what is wanted and what was given. */
export function toConfig(options: UpOptions, env: Environment): Config {
  const { cluster, listen } = options
  return {
    dataDir: options.dataDir,
    repo: options.repo,
    revision: options.revision ?? 'HEAD',
    path: options.path,
    cluster:
      cluster === undefined
        ? { kind: 'sandbox', fresh: options.fresh }
        : { kind: 'kubeconfig', path: cluster.kubeconfig || undefined, context: cluster.context || undefined },
    once: options.once,
    readOnly: options.readOnly,
    listen:
      listen === undefined
        ? { host: '127.0.0.1', port: options.once ? 0 : 8420, fallback: true }
        : { ...listen, fallback: false },
    output: options.output,
    deadlineMs: options.deadlineMs ?? 15 * minute,
    dryRun: env['HALCYON_DRY_RUN'] !== 'off',
    pollIntervalMs: options.pollMs ?? 2 * minute,
    waveDelayMs: waveDelay(env['ARGOCD_SYNC_WAVE_DELAY']),
    logLevel: logLevel(env['HALCYON_LOG_LEVEL'] ?? 'info'),
    otlpEndpoint: env['OTEL_EXPORTER_OTLP_ENDPOINT'] || undefined,
    settingsFile: options.settings,
    pluginsFolder: options.plugins ?? (env['HALCYON_PLUGINS'] || undefined),
    webhookSecret: env['HALCYON_WEBHOOK_SECRET'] || undefined,
    tools: {
      ...(env['HALCYON_HELM'] ? { helm: env['HALCYON_HELM'] } : {}),
      ...(env['HALCYON_KUSTOMIZE'] ? { kustomize: env['HALCYON_KUSTOMIZE'] } : {}),
    },
  }
}

/** Argo CD's own setting, in seconds. Its default of 2 s is not taken over: health here carries the observed generation. */
function waveDelay(text: string | undefined): number {
  const seconds = Number(text ?? 0)
  if (!Number.isFinite(seconds) || seconds < 0) {
    throw new HalcyonError(
      'ConfigInvalid',
      `Cannot use ARGOCD_SYNC_WAVE_DELAY "${text}": expected seconds, for example 2`,
    )
  }
  return seconds * 1000
}

function logLevel(text: string): Config['logLevel'] {
  const level = logLevels.find((one) => one === text)
  if (level === undefined) {
    throw new HalcyonError('ConfigInvalid', `Cannot use HALCYON_LOG_LEVEL "${text}": expected ${logLevels.join(', ')}`)
  }
  return level
}
