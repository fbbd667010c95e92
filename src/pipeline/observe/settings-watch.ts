/** Follows the ConfigMap `argocd-cm` of a cluster, as Argo CD itself does. Effects: reads the cluster. */
import { settingsName } from '../../api/settings/settings.ts'
import type { ApiResource, KubeClient } from '../../kube/client.ts'
import { getStringMap } from '../../kube/fields.ts'
import { follow } from '../../kube/follow.ts'
import type { Clock } from '../../runtime/clock.ts'

export interface SettingsWatch {
  readonly client: KubeClient
  readonly namespace: string
  readonly clock: Clock
  readonly random: () => number
  /** The data of the ConfigMap; undefined when there is none. */
  onData(data: Readonly<Record<string, string>> | undefined): void
  /** It cannot be read: no permission, no answer. What was known stays in force, and it is tried again. */
  onError(error: unknown): void
}

/** Every API server has them: nothing has to be discovered. */
const configMaps: ApiResource = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  namespaced: true,
  verbs: ['get', 'list', 'watch'],
  shortNames: [],
  subresources: [],
}

/** Resolves after the first look, whether it succeeded or not; goes on in the background until the signal is aborted. */
export async function followSettings(watch: SettingsWatch, signal: AbortSignal): Promise<void> {
  const { client, namespace, clock, random } = watch
  const first = Promise.withResolvers<void>()
  let known = false
  const following = follow(
    client,
    configMaps,
    { namespace, fieldSelector: `metadata.name=${settingsName}`, clock, random, firstFailure: 'retry' },
    {
      onObject(object) {
        if (object.metadata.name !== settingsName) return
        known = true
        watch.onData(getStringMap(object, 'data'))
      },
      onSynced(seen) {
        if (known && seen.size === 0) watch.onData(undefined)
        known = seen.size > 0
        first.resolve()
      },
      onDeleted(object) {
        if (object.metadata.name !== settingsName) return
        known = false
        watch.onData(undefined)
      },
      onState(state, error) {
        if (state !== 'disconnected') return
        if (error !== undefined) watch.onError(error)
        first.resolve()
      },
    },
    signal,
  )
  following.then(first.resolve, (error: unknown) => {
    if (!signal.aborted) watch.onError(error)
    first.resolve()
  })
  await first.promise
}
