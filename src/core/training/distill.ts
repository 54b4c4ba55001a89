/**
 * FLOPs of distillation by the rule of parameters: 2·N per sampled or scored token, 6·N per trained one. What published comparisons
 * count (Thinking Machines, On-Policy Distillation, 2025-10); the estimate itself adds attention and leaves the input table out.
 */
export interface ParameterFlops {
  readonly student: number;
  readonly teacher: number;
  readonly total: number;
}

export interface DistillationWork {
  /** Parameters. */
  readonly student: number;
  readonly teacher: number;
  /** Tokens that the student is trained on. */
  readonly trainedTokens: number;
  /** Tokens that the teacher writes (off-policy) or scores (on-policy). */
  readonly teacherTokens: number;
}

/** The student samples (2·N) and trains (6·N) each token, the teacher scores it (2·N). */
export function onPolicyFlops(work: DistillationWork): ParameterFlops {
  const student = 8 * work.student * work.trainedTokens;
  const teacher = 2 * work.teacher * work.teacherTokens;
  return { student, teacher, total: student + teacher };
}

/** The teacher writes the data once (2·N per token, nothing where it is at hand), the student trains on it (6·N). */
export function offPolicyFlops(work: DistillationWork): ParameterFlops {
  const student = 6 * work.student * work.trainedTokens;
  const teacher = 2 * work.teacher * work.teacherTokens;
  return { student, teacher, total: student + teacher };
}
