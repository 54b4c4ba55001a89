/** Distillation: a student learns from a teacher, on its own samples (on-policy) or on the teacher's (off-policy). */
import type { Draft } from "../draft";
import type { Architecture } from "../model/architecture";
import { forwardFlopsPerToken } from "../model/flops";
import { exact, logNormal } from "../quantity";
import { trainingCalibration } from "../training/constants";
import { offPolicyFlops, onPolicyFlops } from "../training/distill";
import { trainingFlopsPerToken } from "../training/flops";
import { goodputOf } from "../training/goodput";
import { knownModel } from "../training/knownModel";
import { addReservation, finish } from "../training/outcome";
import { addMemory } from "../training/peak";
import { planRun } from "../training/plan";
import { trainingPower } from "../training/power";
import { rollout } from "../training/rollout";
import { sampleAndTrain } from "../training/sampled";
import { timePerToken } from "../training/time";
import type { WorkloadOf } from "../workload";
import { methodOf } from "./fineTuning";

type Distillation = WorkloadOf<"distillation">;

export function estimateDistillation(workload: Distillation, draft: Draft): void {
  const teacher = workload.teacher === undefined ? undefined : knownModel(workload.teacher, draft, "teacher");
  if (workload.teacher === undefined) draft.note("no teacher is stated: its part of the work is not counted");
  const strategy =
    workload.strategy ?? draft.assume("strategy", "offPolicy", "neither on-policy nor off-policy is stated");
  const method = workload.method ?? (workload.loraRank === undefined ? "full" : methodOf(workload, draft));
  if (strategy === "onPolicy") onPolicy(workload, teacher, method, draft);
  else offPolicy(workload, teacher, method, draft);
}

function onPolicy(
  workload: Distillation,
  teacher: Architecture | undefined,
  method: "full" | "lora" | "qlora",
  draft: Draft,
) {
  const perStep = workload.globalBatchSize;
  const samples = workload.samplesPerPrompt;
  const prompts = promptsOf(workload, draft);
  const promptsPerStep =
    perStep !== undefined
      ? Math.max(1, perStep / Math.max(1, samples ?? 4))
      : workload.steps !== undefined && prompts !== undefined && workload.steps > 0
        ? (prompts * (workload.epochs ?? 1)) / workload.steps
        : undefined;
  const steps =
    workload.steps ??
    (prompts !== undefined ? (prompts * (workload.epochs ?? 1)) / (promptsPerStep ?? 128) : undefined);
  sampleAndTrain(
    workload,
    {
      method,
      promptsPerStep,
      samplesPerPrompt: samples,
      usualSamples: 4,
      usualResponse: 4096,
      // The sampler's own log-probabilities are used; only the teacher scores.
      scorers: { ownPasses: 0, teacher },
      steps,
      account: (model, tokens) =>
        onPolicyFlops({
          student: model.parameters,
          teacher: teacher?.parameters ?? 0,
          trainedTokens: tokens,
          teacherTokens: tokens,
        }),
    },
    draft,
  );
}

function promptsOf(workload: Distillation, draft: Draft): number | undefined {
  const { dataset } = workload;
  return (
    workload.prompts ??
    dataset?.samples ??
    (dataset?.name === undefined ? undefined : draft.facts.dataset(dataset.name)?.value.samples)
  );
}

/** The teacher writes (unless the data is at hand), then the student is fine-tuned on it. */
function offPolicy(
  workload: Distillation,
  teacher: Architecture | undefined,
  method: "full" | "lora" | "qlora",
  draft: Draft,
) {
  const promptTokens = workload.promptTokens ?? draft.assume("promptTokens", 256, "length of the prompts not stated");
  const responseTokens =
    workload.responseTokens ?? draft.assume("responseTokens", 1024, "mean length of the answers not stated");
  const length = Math.max(1, promptTokens + responseTokens);
  const plan = planRun(
    { ...workload, sequenceLength: workload.sequenceLength ?? length, adapterParameters: workload.adapterParameters },
    { method, sequence: length },
    draft,
  );
  if (plan === undefined) {
    addReservation(workload, draft);
    return;
  }
  draft.set("parameters", exact(plan.model.parameters, "1"));
  draft.set("activeParameters", exact(plan.model.activeParameters, "1"));
  const prompts = promptsOf(workload, draft);
  const epochs = workload.epochs ?? 1;
  const written = prompts === undefined ? undefined : prompts * (workload.samplesPerPrompt ?? 1);
  const trained =
    workload.tokens ??
    (workload.steps === undefined
      ? written === undefined
        ? undefined
        : written * epochs * length
      : workload.steps * plan.layout.globalBatch * length);
  const perToken = trainingFlopsPerToken(plan.model, length, method, plan.adapter);
  const seconds =
    workload.mfu === undefined
      ? timePerToken({ ...plan, sequence: length }).total / goodputOf(plan, true, false)
      : perToken.total / (plan.device.peakAtPrecision * workload.mfu);
  const sigma = Math.hypot(trainingCalibration.sigma.tune, workload.responseTokens === undefined ? 0.6 : 0);
  draft.set("trainingThroughput", logNormal(1 / seconds, trainingCalibration.sigma.tune, "tokens/s/accelerator"));
  addMemory({ ...workload, sequenceLength: plan.sequence }, plan, draft);
  const utilisation = perToken.total / seconds / plan.device.peakAtPrecision;
  const power = trainingPower(plan.hardware, utilisation, 0.85);
  const stepTokens = plan.layout.globalBatch * length;
  const step = { stepTokens, stepSeconds: (stepTokens * seconds) / Math.max(1, plan.count) };
  if (trained === undefined) {
    finish(workload, plan, { acceleratorHours: undefined, acceleratorPower: power, ...step }, draft);
    return;
  }
  const makes = workload.reuseExistingData !== true && teacher !== undefined;
  if (workload.reuseExistingData === undefined && teacher !== undefined)
    draft.assume("reuseExistingData", false, "the teacher's answers are taken to be made for this run");
  // Each answer is written once, however often it is trained on.
  const sequences = makes ? (written ?? trained / Math.max(epochs, 1e-9) / length) : 0;
  const teacherFlops = makes ? forwardFlopsPerToken(teacher, length) * sequences * length : 0;
  const studentFlops = perToken.total * trained;
  draft.set("flops", logNormal(studentFlops + teacherFlops, workload.responseTokens === undefined ? 0.6 : 0, "FLOP"));
  const account = offPolicyFlops({
    student: plan.model.parameters,
    teacher: teacher?.parameters ?? 0,
    trainedTokens: trained,
    teacherTokens: sequences * length,
  });
  draft.step?.({
    quantity: "flops",
    formula: makes
      ? "student 6·N·trained tokens + teacher 2·N·written tokens, with attention"
      : "student 6·N·trained tokens, with attention",
    inputs: {
      "trained tokens": trained,
      "student (FLOP)": studentFlops,
      "teacher (FLOP)": teacherFlops,
      "by parameters alone (FLOP)": account.total,
    },
    result: studentFlops + teacherFlops,
    unit: "FLOP",
    reference: "docs/method.md, distillation",
  });
  let hours = (trained * seconds) / 3600;
  if (makes && sequences > 0) {
    const writing = rollout({
      model: teacher,
      device: plan.device,
      accelerators: plan.count,
      // A written corpus is sampled in long-running batches: the engine is kept full.
      sequences: Math.min(sequences, 256 * plan.count),
      promptTokens,
      responseTokens: Math.max(1, responseTokens),
      longest: Math.max(1, responseTokens),
      continuous: true,
    });
    const batches = sequences / Math.min(sequences, 256 * plan.count);
    const teacherHours = (writing.seconds * batches * plan.count) / 3600;
    draft.step?.({
      quantity: "teacher accelerator-hours",
      formula: "batches · seconds per batch · accelerators / 3600",
      inputs: {
        batches,
        "seconds per batch": Number(writing.seconds.toPrecision(3)),
        accelerators: plan.count,
        "sequences per engine": Number(writing.sequencesPerEngine.toPrecision(3)),
      },
      result: teacherHours,
      unit: "h",
    });
    hours += teacherHours;
  }
  draft.uncertainty("training speed", sigma);
  finish(workload, plan, { acceleratorHours: logNormal(hours, sigma, "h"), acceleratorPower: power, ...step }, draft);
}
