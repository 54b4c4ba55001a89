/**
 * Constants of the training-time model. Written by scripts/calibration/training.ts from published measurements; do not edit by hand.
 */
export const trainingCalibration = {
  "method": "Huber-weighted Gauss-Newton in log space with a log-normal prior on each constant; sources weigh with the root of their rows; intervals from four folds by source, model and accelerator and from left-out sources",
  "date": "2026-11-21",
  "rows": 502,
  "constants": {
    "matmul": 1.06,
    "capExponent": 0.5,
    "memoryVendor": 15.4,
    "memoryCompiled": 12.3,
    "memoryTypical": 13.5,
    "headBytes": 31.5,
    "attentionAmpere": 0.353,
    "attentionHopper": 0.176,
    "attentionHopperVendor": 0.538,
    "attentionBlackwell": 0.549,
    "attentionHalf": 1550,
    "narrowExperts": 358,
    "expertLaunch": 0.00131,
    "tensorExposed": 1.44,
    "shardExposed": 0.415,
    "dataExposed": 0.449,
    "scale": 0.00794,
    "software": 0.81,
    "offloadRate": 7560000000,
    "goodputVendor": 0.927,
    "goodputTypical": 0.741,
    "rolloutTrain": 1.25,
    "rolloutLayer": 0.000126,
    "rolloutTail": 1.44,
    "rolloutFixed": 5.17
  },
  "sigma": {
    "step": 0.21,
    "stepExperts": 0.36,
    "run": 0.23,
    "runExperts": 0.66,
    "runTuned": 0.069,
    "tuneVendor": 0.17,
    "tuneVendorRun": 0.16,
    "tune": 0.35,
    "reinforcement": 0.66
  },
  "residuals": [
    {
      "figure": "training.throughput",
      "source": "mosaic",
      "rows": 51,
      "median": 0.066,
      "p90": 0.13,
      "bias": 1,
      "foldMedian": 0.062,
      "withoutSourceMedian": 0.081,
      "withoutSourceBias": 0.972
    },
    {
      "figure": "training.throughput",
      "source": "torchtitan",
      "rows": 10,
      "median": 0.12,
      "p90": 0.49,
      "bias": 0.966,
      "foldMedian": 0.18,
      "withoutSourceMedian": 0.13,
      "withoutSourceBias": 0.97
    },
    {
      "figure": "training.throughput",
      "source": "megatron-bridge",
      "rows": 22,
      "median": 0.67,
      "p90": 0.86,
      "bias": 0.844,
      "foldMedian": 0.67,
      "withoutSourceMedian": 0.71,
      "withoutSourceBias": 0.759
    },
    {
      "figure": "training.throughput",
      "source": "megatron-lm",
      "rows": 7,
      "median": 0.079,
      "p90": 0.28,
      "bias": 1.08,
      "foldMedian": 0.067,
      "withoutSourceMedian": 0.12,
      "withoutSourceBias": 1.12
    },
    {
      "figure": "training.throughput",
      "source": "stas00",
      "rows": 2,
      "median": 0.027,
      "p90": 0.027,
      "bias": 0.98,
      "foldMedian": 0.21,
      "withoutSourceMedian": 0.2,
      "withoutSourceBias": 0.81
    },
    {
      "figure": "training.throughputExperts",
      "source": "megatron-bridge",
      "rows": 30,
      "median": 0.16,
      "p90": 0.65,
      "bias": 1.05,
      "foldMedian": 0.19,
      "withoutSourceMedian": 0.18,
      "withoutSourceBias": 1.06
    },
    {
      "figure": "training.duration",
      "source": "mlperf-training",
      "rows": 17,
      "median": 0.041,
      "p90": 0.08,
      "bias": 0.98,
      "foldMedian": 0.036,
      "withoutSourceMedian": 0.065,
      "withoutSourceBias": 0.98
    },
    {
      "figure": "training.acceleratorHours",
      "source": "literature",
      "rows": 23,
      "median": 0.14,
      "p90": 0.33,
      "bias": 0.934,
      "foldMedian": 0.11,
      "withoutSourceMedian": 0.15,
      "withoutSourceBias": 0.917
    },
    {
      "figure": "training.acceleratorHoursExperts",
      "source": "literature",
      "rows": 2,
      "median": 2.7,
      "p90": 2.7,
      "bias": 3.67,
      "foldMedian": 2.8,
      "withoutSourceMedian": 2.7,
      "withoutSourceBias": 3.7
    },
    {
      "figure": "tuning.throughput",
      "source": "megatron-bridge",
      "rows": 6,
      "median": 0.036,
      "p90": 0.073,
      "bias": 1.01,
      "foldMedian": 0.039,
      "withoutSourceMedian": 0.043,
      "withoutSourceBias": 0.962
    },
    {
      "figure": "tuning.throughput",
      "source": "mlperf-training",
      "rows": 42,
      "median": 0.086,
      "p90": 0.46,
      "bias": 1.04,
      "foldMedian": 0.093,
      "withoutSourceMedian": 0.075,
      "withoutSourceBias": 1.02
    },
    {
      "figure": "tuning.throughput",
      "source": "torchtune",
      "rows": 2,
      "median": 0.42,
      "p90": 0.42,
      "bias": 0.687,
      "foldMedian": 0.42,
      "withoutSourceMedian": 0.42,
      "withoutSourceBias": 0.687
    },
    {
      "figure": "tuning.duration",
      "source": "mlperf-training",
      "rows": 42,
      "median": 0.11,
      "p90": 0.31,
      "bias": 1.06,
      "foldMedian": 0.12,
      "withoutSourceMedian": 0.12,
      "withoutSourceBias": 1.08
    },
    {
      "figure": "rl.throughput",
      "source": "nemo-rl",
      "rows": 9,
      "median": 0.3,
      "p90": 3.3,
      "bias": 1.03,
      "foldMedian": 0.54,
      "withoutSourceMedian": 0.41,
      "withoutSourceBias": 1.2
    },
    {
      "figure": "rl.duration",
      "source": "nemo-rl",
      "rows": 9,
      "median": 0.24,
      "p90": 1.7,
      "bias": 1.02,
      "foldMedian": 0.45,
      "withoutSourceMedian": 0.34,
      "withoutSourceBias": 0.925
    }
  ]
} as const;

export type TrainingConstants = { readonly [K in keyof typeof trainingCalibration.constants]: number };
export const trainingConstants: TrainingConstants = trainingCalibration.constants;
