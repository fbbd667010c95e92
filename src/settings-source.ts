/** Where the running system has its settings from: a file, else the ConfigMap `argocd-cm` in the cluster. Effects: reads them. */
import { messageOf } from './api/errors.ts'
import { type Customizations, healthCustomization } from './api/settings/customizations.ts'
import { noSettings, parseSettings, type Settings } from './api/settings/settings.ts'
import { digestOf } from './kube/canonical.ts'
import type { KubeClient } from './kube/client.ts'
import type { GroupKind } from './kube/object.ts'
import { readSettings } from './offline/settings.ts'
import { followSettings } from './pipeline/observe/settings-watch.ts'
import type { Clock } from './runtime/clock.ts'
import type { Logger } from './runtime/logger.ts'

export interface SettingsSource extends Disposable {
  current(): Settings
  /** Takes the settings from this cluster, unless they come from a file. Resolves after the first look. */
  follow(client: KubeClient): Promise<void>
}

export interface SettingsSourceOptions {
  /** Wins over the cluster. */
  readonly file: string | undefined
  /** Where Argo CD keeps its ConfigMap. */
  readonly namespace: string
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  /** `affects` says of which kinds the health check is another one now. */
  onChange(affects: (kind: GroupKind) => boolean): void
  /** What is said about rendering is another thing now: everything may render to something else. */
  onRenderingChange(): void
}

/** Throws ConfigInvalid or UsageInvalid when the file cannot be read. */
export async function createSettingsSource(options: SettingsSourceOptions): Promise<SettingsSource> {
  const { file, namespace, clock, random, logger } = options
  const stop = new AbortController()
  let settings = file === undefined ? noSettings : await readSettings(file)
  let following: Promise<void> | undefined
  let lastError = ''

  function take(data: Readonly<Record<string, string>> | undefined): void {
    const before = settings.customizations
    const renderedBefore = settings.rendering
    settings = parseSettings(data ?? {})
    for (const problem of settings.problems) logger.warn({ problem }, 'a setting cannot be read and is left out')
    const after = settings.customizations
    options.onChange((kind) => checkOf(before, kind) !== checkOf(after, kind))
    if (digestOf(renderedBefore) !== digestOf(settings.rendering)) options.onRenderingChange()
  }

  return {
    current: () => settings,
    follow(client) {
      if (file !== undefined) return Promise.resolve()
      following ??= followSettings(
        {
          client,
          namespace,
          clock,
          random,
          onData: take,
          // Tried again for ever: said once.
          onError(error) {
            const text = messageOf(error)
            if (text !== lastError) logger.warn({ err: error }, 'the settings in argocd-cm cannot be read')
            lastError = text
          },
        },
        stop.signal,
      )
      return following
    },
    [Symbol.dispose]: () => stop.abort(new Error('the settings are closed')),
  }
}

/** The script and its libraries, as one text to compare. */
function checkOf(customizations: Customizations, { group, kind }: GroupKind): string {
  const custom = healthCustomization(customizations, group, kind)
  return custom === undefined ? '' : `${custom.useOpenLibs} ${custom.health}`
}
