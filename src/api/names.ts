/** Strings that other tools and stored objects rely on. Load-bearing: changing one orphans what was applied before. */

/** Our server-side apply field manager. */
export const fieldManager = 'halcyon'
/** Argo CD's tracking annotation: `<app>:<group>/<kind>:<namespace>/<name>`. */
export const trackingAnnotation = 'argocd.argoproj.io/tracking-id'
/** Lets one LIST and one WATCH per kind select exactly what this installation applied; foreign objects then cost nothing. */
export const instanceLabel = 'halcyon.dev/instance'
export const syncWaveAnnotation = 'argocd.argoproj.io/sync-wave'
export const hookAnnotation = 'argocd.argoproj.io/hook'
export const hookDeletePolicyAnnotation = 'argocd.argoproj.io/hook-delete-policy'
export const syncOptionsAnnotation = 'argocd.argoproj.io/sync-options'
export const compareOptionsAnnotation = 'argocd.argoproj.io/compare-options'
export const ignoreHealthcheckAnnotation = 'argocd.argoproj.io/ignore-healthcheck'
export const helmHookAnnotation = 'helm.sh/hook'
export const helmHookWeightAnnotation = 'helm.sh/hook-weight'
export const helmHookDeletePolicyAnnotation = 'helm.sh/hook-delete-policy'
export const helmResourcePolicyAnnotation = 'helm.sh/resource-policy'
export const argoGroup = 'argoproj.io'
