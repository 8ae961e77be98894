using System.Globalization;
using HighDimSgd.Devices;

namespace HighDimSgd.Tests.Devices;

public class DeviceTests
{
    [Fact]
    public void TheCpuIsAlwaysThere()
    {
        DeviceInfo cpu = Assert.Single(Device.Describe(), d => d.Key == "cpu");
        Assert.True(cpu.Available);
        Assert.NotEmpty(cpu.Name);
        Assert.StartsWith(Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture) + " threads", cpu.Detail, StringComparison.Ordinal);
    }
}
