import fc from 'fast-check';

/* Every run tries the same cases, so that a red test is the change's doing. FAST_CHECK_SEED=N tries others; a failure names its seed. */
fc.configureGlobal({ seed: Number(process.env['FAST_CHECK_SEED'] ?? 20_261_120) });
