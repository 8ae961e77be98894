namespace HighDimSgd.Experiments;

/// <content>The schedules of rate and ridge.</content>
internal sealed partial class ExperimentReader
{
    private AlgorithmSpec Scheduled(AlgorithmSpec algorithm, ModelSpec model)
    {
        Section schedules = _algorithm.Get(Keys.Schedule);
        if (schedules.Has(Keys.RidgeSchedule) && model.Ridge == 0)
            throw schedules.Refuse(Keys.RidgeSchedule, "there is nothing to schedule, since model.ridge is 0; allowed with a ridge above 0");
        return algorithm with
        {
            RateSchedule = Schedule(schedules, Keys.RateSchedule, algorithm.Horizon),
            RidgeSchedule = Schedule(schedules, Keys.RidgeSchedule, algorithm.Horizon),
        };
    }

    private static Schedule? Schedule(Section schedules, SectionKey key, double horizon)
    {
        if (!schedules.Has(key))
            return null;
        Section section = schedules.Get(key);
        var schedule = new Schedule(section.Get(Keys.Shape))
        {
            Warmup = section.Get(Keys.Warmup),
            Factor = section.Get(Keys.Factor),
            Power = section.Get(Keys.Power),
            End = section.Get(Keys.End),
            Times = section.Get(Keys.ScheduleTimes),
            Factors = section.Get(Keys.Factors),
        };
        if (schedule.Warmup >= horizon)
            throw section.Refuse(Keys.Warmup, $"{Text(schedule.Warmup)} does not end before the horizon; allowed: less than {Text(horizon)}");
        if (schedule.Kind == ScheduleKind.Step && schedule.Times[^1] >= horizon)
            throw section.Refuse(Keys.ScheduleTimes, $"{Text(schedule.Times[^1])} is not before the horizon; allowed: less than {Text(horizon)}");
        if (schedule.Kind == ScheduleKind.Table && schedule.Factors.Count != schedule.Times.Count)
        {
            throw section.Refuse(
                Keys.Factors, $"{schedule.Factors.Count} factors for {schedule.Times.Count} times; allowed: one for each time");
        }

        return schedule;
    }
}
