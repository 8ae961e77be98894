using System.Text;
using HighDimSgd.Experiments;
using HighDimSgd.Flows;

namespace HighDimSgd.Tests.Flows;

/// <summary>Data sets from files: what is read, and what is refused in one line.</summary>
public sealed class FlowDataTests : IDisposable
{
    private const string Rows = "1,2,1\n3,4.5,-1\n5,6e-1,1\n";

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(Rows)]
    [InlineData("first,second,label\r\n1, 2, 1\r\n3,4.5,-1\r\n\r\n# a remark\r\n5,6e-1,1")]
    public void NumbersOfACsvFileAreRead(string text)
    {
        FlowData data = FlowData.Load(Write("x.csv", text));
        Assert.Equal((3, 2), (data.Samples, data.Inputs));
        Assert.Equal([1, 2, 1, 3, 4.5, -1, 5, 0.6, 1], data.Numbers);
        Assert.Equal([1, -1, 1], data.Labels);
    }

    [Theory]
    [InlineData("<f8")]
    [InlineData("<f4")]
    public void ANpyFileOfTheSameNumbersIsTheSameData(string type)
    {
        FlowData csv = FlowData.Load(Write("x.csv", "1,2,1\n3,4.5,-1\n"));
        FlowData npy = FlowData.Load(Npy(type, "False", "(2, 3)", csv.Numbers));
        Assert.Equal(csv.Hash, npy.Hash);
        Assert.NotEqual(csv.Hash, FlowData.Load(Write("y.csv", "1,2,1\n3,4.5,1\n")).Hash);
        Assert.NotEqual(csv.Hash, FlowData.Load(Write("y.csv", "1,2\n1,3\n4.5,-1\n")).Hash);
    }

    [Theory]
    [InlineData("<f8", "True", "(2, 3)", "another kind of array")]
    [InlineData(">f8", "False", "(2, 3)", "another kind of array")]
    [InlineData("<i8", "False", "(2, 3)", "another kind of array")]
    [InlineData("<f8", "False", "(6,)", "another kind of array")]
    [InlineData("<f8", "False", "(3, 3)", "ends before its array does")]
    [InlineData("<f8", "False", "(2, 999999999999)", "holds 2 rows of 2147483647 numbers; allowed: at most 4096 rows of 2 to 65")]
    public void OtherArraysAreRefused(string type, string order, string shape, string expected) =>
        Assert.Contains(expected, Refusal(Npy(type, order, shape, [1, 2, 1, 3, 4.5, -1])), StringComparison.Ordinal);

    [Theory]
    [InlineData("1,2,1\n3,4\n", "x.csv: line 2 has 2 numbers, those before it 3; allowed: rows of one length")]
    [InlineData("1,2,1\n3,nan,1\n", "line 2: 'nan' in column 2 is not a finite number")]
    [InlineData("1,2,1\n3,,1\n", "line 2: '' in column 2 is not a finite number")]
    [InlineData("a,b\nc,d\n", "line 2: 'c' in column 1 is not a finite number")]
    [InlineData("1,2,1\n3,1e60,1\n", "row 2, column 2 is not a finite number")]
    [InlineData("1,2\n", "has 1 rows; allowed: 2 to 4096")]
    [InlineData("1\n2\n", "has 1 columns; allowed: 2 to 65")]
    [InlineData("", "holds no numbers")]
    public void WrongRowsAreNamed(string text, string expected) => Assert.Contains(expected, Refusal(Write("x.csv", text)), StringComparison.Ordinal);

    [Fact]
    public void WhatIsNoFileIsRefused()
    {
        Assert.Contains("no such file", Refusal(Path.Combine(folder, "none.csv")), StringComparison.Ordinal);
        Assert.Contains("is a folder", Refusal(folder), StringComparison.Ordinal);
        Assert.Contains("is not a .npy file", Refusal(Write("x.npy", "1,2,1\n")), StringComparison.Ordinal);
    }

    [Fact]
    public void AnExperimentTakesItsDataFromBesideIt()
    {
        Write("x.csv", Rows);
        string file = Write("e.yaml", Experiment("{file: x.csv}"));
        FlowExperiment e = FlowExperiment.Load(file);
        Assert.Equal((3, 2, "x.csv"), (e.Data!.Samples, e.Data.Inputs, e.Data.File));
        Assert.Equal(e.Data.Table!.Hash, (string?)e.ToJson()["data"]!["hash"]);
        Assert.Equal(e, e.Validate());
        // What was written names the numbers, and is refused once they have changed.
        string written = Write("written.yaml", e.ToJson().ToJsonString());
        Assert.Equal(e, FlowExperiment.Load(written));
        Write("x.csv", Rows.Replace("4.5", "4", StringComparison.Ordinal));
        Assert.Contains("data.hash: the file holds other numbers, their hash is", Refusal(() => FlowExperiment.Load(written)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{file: y.csv}", "e.yaml:3: data.file: ")]
    [InlineData("{file: x.csv, samples: 4}", "data.samples: 4 is not what the file holds: 3; leave this key out")]
    [InlineData("{file: zeros.csv}", "data.file: 'logistic-regression' takes labels 1 and -1, and the last column has 0")]
    public void ItsRefusalsNameTheKey(string data, string expected)
    {
        Write("x.csv", Rows);
        Write("zeros.csv", "1,2,1\n3,4,0\n");
        Assert.Contains(expected, Refusal(() => FlowExperiment.Load(Write("e.yaml", Experiment(data)))), StringComparison.Ordinal);
    }

    [Fact]
    public void NumbersMayComeFromAProgram()
    {
        var table = new FlowData([1, 2, 1, 3, 4, -1], 2);
        FlowExperiment e = FlowExperiment.Parse(Experiment("{samples: 3}"), "e.yaml") with { Data = FlowDataSpec.Of(table, "mine") };
        Assert.Equal(table.Numbers, e.Validate().Data!.Table!.Numbers);
    }

    private static string Experiment(string data) =>
        $"family: flow\nproblem: logistic-regression\ndata: {data}\nstarts: [0]\nalgorithms: [sgd]\nrates: [0.5]\nhorizon: 1\n";

    private static string Refusal(string path) => Refusal(() => FlowData.Load(path));

    private static string Refusal(Func<object> load)
    {
        string message = Assert.Throws<ExperimentException>(load).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private string Npy(string type, string order, string shape, IReadOnlyList<double> numbers)
    {
        string path = Path.Combine(folder, "x.npy"), header = $"{{'descr': '{type}', 'fortran_order': {order}, 'shape': {shape}, }}\n";
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0]);
        writer.Write(Encoding.ASCII.GetBytes(header));
        foreach (double x in numbers)
        {
            if (type.EndsWith('4'))
                writer.Write((float)x);
            else
                writer.Write(x);
        }

        return path;
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
