using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using HighDimSgd.Kernels;

namespace HighDimSgd.Tests.Kernels;

#pragma warning disable CA1822, CA2201, CS0169, CS0414, CS0649, CS8509, IDE0044, IDE0051, CA1823

/// <summary>Bodies that break one rule each, and one that breaks none.</summary>
internal static class PlantedBodies
{
    private static readonly float Offset = BitConverter.Int32BitsToSingle(0x3f000000);

    private static float counter;

    internal interface IShape
    {
        float Area(float x);

        float Twice(float x) => Area(x) + Area(x);
    }

    internal readonly struct Square : IShape
    {
        public float Area(float x) => x * x;
    }

    internal readonly struct ThrowingSquare : IShape
    {
        public float Area(float x) => x < 0 ? throw new ArgumentOutOfRangeException(nameof(x)) : x * x;
    }

    internal readonly struct Calls<TShape>(ScalarView view, TShape shape) : IForBody
        where TShape : struct, IShape
    {
        public void Run(int outer, int index) => view.Store(index, new(shape.Area(view.Load(index).Value)));
    }

    internal readonly struct CallsDefault(ScalarView view) : IForBody
    {
        public void Run(int outer, int index) => view.Store(index, new(Twice(default(Square), index)));

        private static float Twice<TShape>(TShape shape, float x)
            where TShape : struct, IShape => shape.Twice(x);
    }

    internal readonly struct Throws(ScalarView view) : IForBody
    {
        public void Run(int outer, int index)
        {
            if (index < 0)
                throw new InvalidOperationException();
            view.Store(index, default);
        }
    }

    internal readonly struct Tries(ScalarView view) : IForBody
    {
        public void Run(int outer, int index)
        {
            try
            {
                view.Store(index, default);
            }
            finally
            {
                view.Store(0, default);
            }
        }
    }

    internal readonly struct MakesObject(ScalarView view) : IForBody
    {
        public void Run(int outer, int index) => view.Store(new Version(index, 0).Major, default);
    }

    internal readonly struct MakesArray(ScalarView view) : IForBody
    {
        public void Run(int outer, int index) => view.Store(new int[index].LongLength, default);
    }

    internal readonly struct Boxes(ScalarView view) : IForBody
    {
        public void Run(int outer, int index)
        {
            object boxed = index;
            view.Store((int)boxed, default);
        }
    }

    internal readonly struct MakesDelegate(ScalarView view) : IForBody
    {
        public void Run(int outer, int index)
        {
            Func<int, int> next = i => i + outer;
            view.Store(next(index), default);
        }
    }

    internal readonly struct UsesString(ScalarView view) : IForBody
    {
        public void Run(int outer, int index) => view.Store("row".Length, default);
    }

    internal readonly struct ReadsStatic(ScalarView view) : IForBody
    {
        public void Run(int outer, int index) => view.Store(index, new(Offset));
    }

    internal readonly struct WritesStatic(ScalarView view) : IForBody
    {
        public void Run(int outer, int index)
        {
            view.Store(index, default);
            counter = 1;
        }
    }

    internal readonly struct AllocatesOnStack(ScalarView view) : IForBody
    {
        public unsafe void Run(int outer, int index)
        {
            float* sums = stackalloc float[8];
            view.Store(index, new(sums[outer]));
        }
    }

    internal readonly struct CallsLibrary(ScalarView view) : IForBody
    {
        public void Run(int outer, int index) => view.Store(index, new(MathF.Exp(index)));
    }

    internal readonly struct CallsUnsignedBits(ScalarView view) : IForBody
    {
        public void Run(int outer, int index) => view.Store(BitConverter.SingleToUInt32Bits(index), default);
    }

    internal readonly struct CallsVirtual(ScalarView view, Version version) : IForBody
    {
        public void Run(int outer, int index) => view.Store(version.GetHashCode(), default);
    }

    internal readonly struct SwitchesWithoutDefault(ScalarView view) : IForBody
    {
        public void Run(int outer, int index) => view.Store(index, new(outer switch { 0 => 1f, 1 => 3f, 2 => 2f }));
    }

    internal readonly struct HoldsVector4(ScalarView view, Vector4 weights) : IForBody
    {
        public void Run(int outer, int index) => view.Store(index, new(weights.X));
    }

    internal readonly struct UsesVector512(ScalarView view) : IForBody
    {
        public void Run(int outer, int index) => view.Store(index, new(Vector512.Create((float)index).ToScalar()));
    }

    internal readonly struct HoldsHalf(ScalarView view, Half weight) : IForBody
    {
        public void Run(int outer, int index) => view.Store(index, new((float)weight));
    }

    internal readonly unsafe struct HoldsPointer(ScalarView view, float* weights) : IForBody
    {
        public void Run(int outer, int index) => view.Store(index, new(weights[index]));
    }

    [InlineArray(4)]
    internal struct FourFloats
    {
        private float first;
    }

    internal readonly struct HoldsInlineArray(ScalarView view, FourFloats sums) : IForBody
    {
        public void Run(int outer, int index) => view.Store(index, new(sums[0]));
    }

    internal readonly struct ChecksOverflow(ScalarView view) : IForBody
    {
        public void Run(int outer, int index) => view.Store(checked(outer + index), default);
    }

    internal readonly struct ConvertsUnsigned(ScalarView view) : IForBody
    {
        public void Run(int outer, int index) => view.Store(index, new((uint)index));
    }

    internal readonly struct Recurses(ScalarView view) : IForBody
    {
        public void Run(int outer, int index) => view.Store(Factorial(index), default);

        private static int Factorial(int n) => n < 2 ? 1 : n * Factorial(n - 1);
    }
}
