namespace HighDimSgd.Experiments;

/// <content>Two iterates on the same data.</content>
internal sealed partial class ExperimentReader
{
    // Teacher and two starts span three directions.
    private const int LeastSizeOfTwo = 3;

    private SecondStart? Second(ModelSpec model, List<int> sizes, bool hasNoise)
    {
        if (_file.Get(Keys.Starts) == 1)
        {
            return !_file.Has(Keys.SecondStart) ? null
                : throw _file.Refuse(Keys.SecondStart, "there is no second start unless starts is 2; add starts: 2, or leave it out");
        }

        if (sizes[0] < LeastSizeOfTwo)
            throw _file.Refuse(Keys.Sizes, $"{sizes[0]} has no room for a teacher and two starts; allowed with starts: 2: {LeastSizeOfTwo} or more");
        Section section = _file.Get(Keys.SecondStart);
        double norm = section.Has(Keys.SecondNorm) ? section.Get(Keys.SecondNorm) : model.StartNorm;
        double overlap = section.Has(Keys.SecondOverlap) ? section.Get(Keys.SecondOverlap) : model.StartOverlap;
        RefuseBeyond(section, Keys.SecondOverlap, overlap, model.TeacherNorm, norm);
        (double least, double largest) = SecondStart.Betweens(model, norm, overlap);
        double between = section.Has(Keys.Between) ? section.Get(Keys.Between) : (least + largest) / 2;
        double rounding = WholeTolerance * Math.Sqrt(norm * model.StartNorm);
        if (between < least - rounding || between > largest + rounding)
        {
            throw section.Refuse(
                Keys.Between, $"{Text(between)} is beyond what norms and overlaps leave; allowed: {Text(least)} to {Text(largest)}");
        }

        // Clocks without noise are one and the same.
        bool ownClock = hasNoise && section.Get(Keys.SecondClock), isSame = model.StartNorm + norm - (2 * between) <= rounding;
        if (!isSame || ownClock)
            return new(norm, overlap, between, ownClock);
        throw hasNoise
            ? section.Refuse(Keys.SecondClock, "the two starts are one and the same, and with the same samples they stay so; allowed here: clock: independent")
            : section.Refuse(Keys.Between, "the two starts are one and the same, and without noise of the clock they stay so; allowed: another norm, overlap or between");
    }

    /// <summary>Refuses an overlap with the teacher that a norm has no room for.</summary>
    private static void RefuseBeyond(Section section, Key key, double overlap, double teacherNorm, double norm)
    {
        double largest = Math.Sqrt(teacherNorm * norm);
        if (Math.Abs(overlap) > largest)
        {
            throw section.Refuse(
                key, $"{Text(overlap)} is beyond Cauchy-Schwarz, overlap^2 <= teacher_norm * norm; allowed: {Text(-largest)} to {Text(largest)}");
        }
    }
}
