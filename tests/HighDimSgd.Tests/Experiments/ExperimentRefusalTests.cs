using System.Text;
using HighDimSgd.Experiments;

namespace HighDimSgd.Tests.Experiments;

/// <summary>Every kind of bad input is one line with file, line, key, value and what is allowed.</summary>
public class ExperimentRefusalTests
{
    [Theory]
    // misspelt, unknown, missing, doubled
    [InlineData("  ridge: 0.1", "  rigde: 0.1", 7, "model: unknown key 'rigde', did you mean 'ridge'?; known here: loss, label, ridge")]
    [InlineData("seed: 7", "sead: 7", 3, "unknown key 'sead', did you mean 'seed'?")]
    [InlineData("temperature: 4.0", "temprature: 4.0", 11, "algorithm: unknown key 'temprature', did you mean 'temperature'?; known here: kind, temperature, step, momentum, horizon")]
    [InlineData("{kind: logistic, slope", "{knid: logistic, slope", 6, "model.label: unknown key 'knid', did you mean 'kind'?")]
    [InlineData("seed: 7", "colour: red", 3, "unknown key 'colour'; known here: family, name, seed")]
    [InlineData("aspect: 2.0\n", "\n", 1, "aspect: this key is missing; allowed: a number from 0.001 to 10000")]
    [InlineData("temperature: 4.0, ", "", 11, "algorithm.temperature: this key is missing")]
    [InlineData("family: proportional", "", 2, "family: this key is missing; allowed: proportional")]
    [InlineData("seed: 7", "name: b", 3, "key 'name' is given twice, first in line 2")]
    [InlineData("{points: 13}", "{points: 13, points: 14}", 15, "key 'points' is given twice")]
    // types
    [InlineData("ridge: 0.1", "ridge: small", 7, "model.ridge: 'small' is not a number; allowed: a number from 0 to 1000000")]
    [InlineData("ridge: 0.1", "ridge: '0.1'", 7, "model.ridge: '0.1' (quoted text) is not a number")]
    [InlineData("ridge: 0.1", "ridge: [0.1]", 7, "model.ridge: a list stands where a number is needed")]
    [InlineData("ridge: 0.1", "ridge:", 7, "model.ridge: nothing is not a number")]
    [InlineData("replicas: 200", "replicas: 200.5", 14, "replicas: '200.5' is not a whole number")]
    [InlineData("replicas: 200", "replicas: true", 14, "replicas: 'true' is not a whole number")]
    [InlineData("[250, 500, 1000]", "250", 13, "sizes: '250' stands where a list is needed")]
    [InlineData("[250, 500, 1000]", "[250, {}]", 13, "sizes[1]: a section of keys stands where a whole number is needed")]
    [InlineData("record: {points: 13}", "record: 13", 15, "record: '13' stands where a section is needed")]
    [InlineData("loss: logistic", "loss: [logistic]", 5, "model.loss: a list stands where a word is needed")]
    // numbers
    [InlineData("ridge: 0.1", "ridge: -0.1", 7, "model.ridge: '-0.1' is out of range; allowed: a number from 0 to 1000000")]
    [InlineData("ridge: 0.1", "ridge: nan", 7, "is not a finite number")]
    [InlineData("ridge: 0.1", "ridge: .nan", 7, "is not a finite number")]
    [InlineData("ridge: 0.1", "ridge: -.inf", 7, "is not a finite number")]
    [InlineData("ridge: 0.1", "ridge: 1e999", 7, "is not a finite number")]
    [InlineData("teacher_norm: 1.0", "teacher_norm: 0", 8, "model.teacher_norm: '0' is out of range")]
    [InlineData("seed: 7", "seed: -1", 3, "seed: '-1' is out of range; allowed: a whole number from 0 to 9223372036854775807")]
    [InlineData("seed: 7", "seed: 9223372036854775808", 3, "seed: '9223372036854775808' is out of range")]
    [InlineData("seed: 7", "seed: 1e300", 3, "seed: '1e300' is out of range")]
    [InlineData("replicas: 200", "replicas: 1", 14, "replicas: '1' is out of range; allowed: a whole number from 2 to 10000000")]
    [InlineData("[250, 500, 1000]", "[250, 20000000]", 13, "sizes[1]: '20000000' is out of range")]
    [InlineData("[250, 500, 1000]", "[]", 13, "sizes: the list has 0 values")]
    [InlineData("paths: 100000", "paths: 10", 16, "theory.paths: '10' is out of range")]
    [InlineData("sweeps: 32", "sweeps: 1", 16, "theory.sweeps: '1' is out of range")]
    [InlineData("alpha: 0.01", "alpha: 0", 17, "verdict.alpha: '0' is out of range")]
    // between keys
    [InlineData("horizon: 12.0", "horizon: 12.1", 11, "algorithm.horizon: 12.1 is not a whole number of steps of 0.2; allowed nearby: 12 or 12.2")]
    [InlineData("horizon: 12.0", "horizon: 0.1", 11, "allowed nearby: 0.2")]
    [InlineData("step: 0.2", "step: 1e-8", 11, "allowed: at most 100000 steps")]
    [InlineData("aspect: 2.0", "aspect: 1.3005", 13, "sizes: aspect times d must be whole at every size, but 1.3005 * 250 = 325.125")]
    [InlineData("overlap: 0.0", "overlap: 1.01", 9, "model.start.overlap: 1.01 is beyond Cauchy-Schwarz")]
    [InlineData("norm: 1.0, overlap: 0.0", "norm: 0, overlap: -0.1", 9, "allowed: ")]
    [InlineData("loss: logistic", "loss: squared", 6, "model.label.kind: label 'logistic' does not fit loss 'squared'; allowed with this loss: linear")]
    [InlineData("{kind: logistic, slope: 3.0}", "{kind: linear, noise: 0}", 6, "label 'linear' does not fit loss 'logistic'; allowed with this loss: sign, logistic")]
    [InlineData("{kind: logistic, slope: 3.0}", "{kind: sign, slope: 3.0}", 6, "model.label.slope: kind 'sign' does not take this key; it takes: kind")]
    [InlineData("kind: sgf", "kind: gd", 11, "algorithm.temperature: kind 'gd' does not take this key; it takes: kind, step, momentum, horizon")]
    [InlineData("kind: sgf, temperature: 4.0", "kind: minibatch, fraction: 0", 11, "algorithm.fraction: '0' is out of range")]
    [InlineData("kind: sgf, temperature: 4.0", "kind: poisson, temperature: 0.0003", 11, "algorithm.temperature: 0.0003 is too small for a Poisson clock")]
    [InlineData("storage: auto", "storage: bit", 12, "design.storage: 'bit' needs law 'rademacher'")]
    [InlineData("1000]", "1000, 1000]", 13, "sizes: '1000' does not ascend")]
    [InlineData("[250, 500, 1000]", "[500, 250]", 13, "sizes: '250' does not ascend")]
    [InlineData("replicas: 200", "replicas: [100, 200]", 14, "replicas: the list has 2 values; allowed: one number, or one for each of the 3 sizes")]
    [InlineData("replicas: 200", "replicas_per_design: 3", 14, "replicas_per_design: 3 does not divide the 200 replicas at d = 250; allowed nearby: 2 or 4")]
    [InlineData("replicas: 200", "replicas: [200, 90, 60]\nreplicas_per_design: 8", 15, "8 does not divide the 90 replicas at d = 500; allowed nearby: 5 or 10")]
    [InlineData("replicas: 200", "replicas_per_design: 200", 14, "200 leaves fewer than two designs of the 200 replicas at d = 250; allowed nearby: 100")]
    [InlineData("replicas: 200", "replicas: 7\nreplicas_per_design: 2", 15, "2 does not divide the 7 replicas at d = 250; allowed nearby: 1")]
    [InlineData("replicas: 200", "replicas_per_design: 0", 14, "replicas_per_design: '0' is out of range; allowed: a whole number from 1 to 10000000")]
    [InlineData("points: 13", "points: 62", 15, "record.points: 62 points do not fit 60 steps; allowed: 2 to 61")]
    [InlineData("points: 13", "times: [0.3]", 15, "record.times: 0.3 is not on a step boundary")]
    [InlineData("points: 13", "times: [12.2]", 15, "record.times: 12.2 is after the horizon 12")]
    [InlineData("points: 13", "times: [1, 1]", 15, "record.times: '1' does not ascend")]
    [InlineData("points: 13", "points: 3, times: [1]", 15, "points and times are both given")]
    [InlineData("[sgf]", "[sgf, sgf]", 18, "compare: 'sgf' is listed twice")]
    [InlineData("[sgf]", "[minibatch]", 18, "compare[0]: 'minibatch' is unknown; allowed: gd, sgf, poisson")]
    [InlineData("name: sample", "name: ../sample", 2, "name: '../sample' cannot be a name")]
    [InlineData("name: sample", "name: .sample", 2, "cannot be a name")]
    [InlineData("name: sample", "name: ''", 2, "cannot be a name")]
    // known to the format, not to this version
    [InlineData("family: proportional", "family: meanfield", 1, "family: 'meanfield' is not available in this version; available: proportional, flow")]
    [InlineData("loss: logistic", "loss: perceptron", 5, "model.loss: 'perceptron' is not available in this version; available: squared, logistic")]
    [InlineData("loss: logistic", "loss: logisitc", 5, "model.loss: 'logisitc' is unknown, did you mean 'logistic'?; allowed: squared, logistic")]
    [InlineData("{kind: logistic, slope: 3.0}", "{kind: committee, noise: 1}", 6, "is not available in this version; available: linear, sign, logistic")]
    [InlineData("kind: sgf, temperature: 4.0", "kind: poisson, temperature: 999999", 11, "is too large for a Poisson clock of step 0.2: less than a jump in a million steps; allowed: at most 100000")]
    [InlineData("kind: sgf, temperature: 4.0", "kind: table, weights: [0, 2], chances: [1]", 11, "algorithm.chances: there are 1 chances of 2 weights; allowed: one for each")]
    [InlineData("kind: sgf, temperature: 4.0", "kind: table, weights: [0, 2], chances: [0.5, 0.4]", 11, "algorithm.chances: the sum is 0.9; allowed: 1")]
    [InlineData("kind: sgf, temperature: 4.0", "kind: table, weights: [0, 2], chances: [0.4, 0.6]", 11, "algorithm.weights: the mean is 1.2, so that a step would not take D of time; allowed: 1")]
    [InlineData("{law: gaussian, storage: auto}", "{law: rademacher, storage: int8}", 12, "design.storage: 'int8' needs law 'gaussian', here it is 'rademacher'; allowed: auto or float32")]
    [InlineData("{law: gaussian, storage: auto}", "{law: rademacher, storage: bfloat16}", 12, "design.storage: 'bfloat16' needs law 'gaussian', here it is 'rademacher'")]
    [InlineData("storage: auto", "storage: int4", 12, "design.storage: 'int4' is unknown, did you mean 'int8'?; allowed: auto, float32, bfloat16, int8, bit, matrix-free")]
    [InlineData("{law: gaussian, storage: auto}", "{law: rademacher, storage: matrix-free}", 12, "design.storage: 'matrix-free' needs law 'gaussian', here it is 'rademacher'; allowed: auto or float32")]
    [InlineData("storage: auto}", "storage: matrix-free}\nreplicas_per_design: 4", 12, "design.storage: 'matrix-free' needs a design for each replica, here replicas_per_design is above 1; allowed: auto or float32")]
    // YAML that an experiment does not need
    [InlineData("seed: 7", "seed: !!int 7", 3, "tags such as")]
    [InlineData("seed: 7", "seed: &a 7", 3, "anchors (&) are not allowed")]
    [InlineData("seed: 7", "seed: *a", 3, "aliases (*) are not allowed")]
    [InlineData("seed: 7", "seed: [[[[[[[[[[1]]]]]]]]]]", 3, "is nested more than 8 deep")]
    [InlineData("seed: 7", "{a: b}: 7", 3, "a key must be a word")]
    [InlineData("compare: [sgf]", "---\nseed: 2", 18, "starts a second document")]
    [InlineData("compare: [sgf]", "compare: [sgf", 18, "is not YAML")]
    [InlineData("seed: 7", "seed: 7\u0001", 3, "holds binary data")]
    public void IsRefusedInOneLine(string old, string by, int line, string expected)
    {
        string message = Samples.Refusal(Samples.With(old, by));
        Assert.StartsWith($"sample.yaml:{line}: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kind: gd", "[sgf]", "compare: 'sgf' needs a temperature, which algorithm 'gd' does not have; allowed: gd")]
    [InlineData("kind: minibatch, fraction: 0.5", "[poisson]", "compare: 'poisson' needs a temperature")]
    [InlineData("kind: sgf, temperature: 0", "[poisson]", "too small for a Poisson clock")]
    public void ComparedClocksNeedATemperatureTheyCanUse(string kind, string compare, string expected)
    {
        string text = Samples.With("kind: sgf, temperature: 4.0", kind).Replace("[sgf]", compare, StringComparison.Ordinal);
        Assert.Contains(expected, Samples.Refusal(text), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("  \n# only a comment\n", "is empty")]
    [InlineData("---\n", "is empty")]
    [InlineData("- 1\n- 2", "here it is a list")]
    [InlineData("hello", "here it is 'hello'")]
    [InlineData("a: \"\\uD800\"", "")]
    [InlineData("\uD800: 1", "unknown key")]
    public void TextsThatAreNoExperimentAreRefused(string text, string expected)
        => Assert.Contains(expected, Samples.Refusal(text), StringComparison.Ordinal);

    [Fact]
    public void ANameThatTheFileCannotLendIsAskedFor()
        => Assert.Contains("own name 'my file' cannot stand for it", Samples.Refusal(Samples.Shortest, "my file.yaml"), StringComparison.Ordinal);

    [Fact]
    public void TextInAMessageCannotLeaveItsLine()
    {
        string message = Samples.Refusal(Samples.With("seed: 7", "\"a\\nb\\e[2J\\u2028\": 7"), "a\nb.yaml");
        Assert.Contains("'a\\u{a}b\\u{1b}[2J\\u{2028}'", message, StringComparison.Ordinal);
        Assert.True(Samples.Refusal(Samples.With("seed: 7", new string('k', 5000) + ": 7")).Length < 500);
    }

    [Fact]
    public void FilesThatCannotBeReadAreRefused()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        string path = Path.Combine(folder, "x.yaml");
        try
        {
            Assert.Equal($"{path}: no such file", LoadRefusal(path));
            Assert.Equal($"{folder}: is a folder, not an experiment file", LoadRefusal(folder));
            File.WriteAllBytes(path, []);
            Assert.Contains("is empty", LoadRefusal(path), StringComparison.Ordinal);
            File.WriteAllBytes(path, [0x7f, 0x45, 0x4c, 0x46, 0, 0, 1]);
            Assert.Contains("binary", LoadRefusal(path), StringComparison.Ordinal);
            File.WriteAllBytes(path, [0xff, 0xfe, 0x61, 0x00]);
            Assert.Contains("is not UTF-8", LoadRefusal(path), StringComparison.Ordinal);
            File.WriteAllText(path, new string('#', (1 << 20) + 1));
            Assert.Contains("1 MiB", LoadRefusal(path), StringComparison.Ordinal);
            File.WriteAllText(path, Samples.Text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
            Assert.Equal("sample", Experiment.Load(path).Name);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void DeepNestingIsRefusedWithoutRecursion()
    {
        foreach (string piece in new[] { "[", "{a: ", "- ", "? " })
            Assert.Contains("deep", Samples.Refusal("a: \n " + string.Concat(Enumerable.Repeat(piece, 100_000))), StringComparison.Ordinal);
    }

    [Fact]
    public void MutatedTextsNeverFailInAnotherWay()
    {
        var random = new Random(20260206);
        string[] pieces = ["{", "}", "[", "]", ":", "- ", "\n", "  ", "\t", "'", "\"", "&a", "*a", "!t", "|", ">", "%", "\\", "\0", "\uD83D", "é", "1e309", "-", ".nan", "? ", "---\n"];
        int read = 0;
        for (int i = 0; i < 300; i++)
        {
            var text = new StringBuilder(i % 3 == 0 ? Samples.Shortest : Samples.Text);
            for (int edits = random.Next(1, 4); edits > 0; edits--)
            {
                int at = random.Next(text.Length);
                switch (random.Next(8))
                {
                    case 0: text.Remove(at, Math.Min(random.Next(1, 20), text.Length - at)); break;
                    case 1: text.Insert(at, pieces[random.Next(pieces.Length)]); break;
                    case 2: text[at] = (char)random.Next(1, 0x250); break;
                    case 3: text.Insert(at, text.ToString(at, Math.Min(random.Next(1, 40), text.Length - at))); break;
                    default: // another digit
                        while (!char.IsAsciiDigit(text[at]))
                            at = (at + 1) % text.Length;
                        text[at] = (char)('0' + random.Next(10));
                        break;
                }
            }

            try
            {
                Experiment e = Experiment.Parse(text.ToString(), "fuzz.yaml");
                Assert.Equal(e, e.Validate());
                read++;
            }
            catch (ExperimentException e)
            {
                Assert.StartsWith("fuzz.yaml:", e.Message, StringComparison.Ordinal);
                Assert.DoesNotContain(e.Message, char.IsControl);
            }
        }

        Assert.InRange(read, 5, 200); // both outcomes are exercised
    }

    private static string LoadRefusal(string path) => Assert.Throws<ExperimentException>(() => Experiment.Load(path)).Message;
}
