/** Strings that other tools and stored objects rely on. Load-bearing: changing one orphans what was applied before. */

/** Our server-side apply field manager. */
export const fieldManager = 'halcyon'
/** Argo CD's tracking annotation: `<app>:<group>/<kind>:<namespace>/<name>`. */
export const trackingAnnotation = 'argocd.argoproj.io/tracking-id'
/** Lets one LIST and one WATCH per kind select exactly what this installation applied; foreign objects then cost nothing. */
export const instanceLabel = 'halcyon.dev/instance'
export const syncWaveAnnotation = 'argocd.argoproj.io/sync-wave'
export const hookAnnotation = 'argocd.argoproj.io/hook'
/** Argo CD puts it on hooks, so that they are not gone before their end was seen. */
export const hookFinalizer = 'argocd.argoproj.io/hook-finalizer'
export const hookDeletePolicyAnnotation = 'argocd.argoproj.io/hook-delete-policy'
export const syncOptionsAnnotation = 'argocd.argoproj.io/sync-options'
export const compareOptionsAnnotation = 'argocd.argoproj.io/compare-options'
export const ignoreHealthcheckAnnotation = 'argocd.argoproj.io/ignore-healthcheck'
export const helmHookAnnotation = 'helm.sh/hook'
export const helmHookWeightAnnotation = 'helm.sh/hook-weight'
export const helmHookDeletePolicyAnnotation = 'helm.sh/hook-delete-policy'
export const helmResourcePolicyAnnotation = 'helm.sh/resource-policy'
/** `allowed`: the object may be deleted without anyone's approval. */
export const deletionAnnotation = 'halcyon.dev/deletion'
/** On an Application: how many objects a sync may delete without approval, as a number and as a share in percent. */
export const maxDeleteAnnotation = 'halcyon.dev/max-delete'
export const maxDeletePercentAnnotation = 'halcyon.dev/max-delete-percent'
/** `true` on an Application: where we differ from Argo CD on purpose, do as it does. */
export const strictAnnotation = 'halcyon.dev/argocd-strict'
export const argoGroup = 'argoproj.io'
/** On an Application, "true" takes Argo CD's arithmetic and defaults where Halcyon's differ. */
export const argocdStrictAnnotation = 'halcyon.dev/argocd-strict'
